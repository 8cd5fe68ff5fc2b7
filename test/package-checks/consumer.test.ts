import ts from "typescript";
import { describe, expect, it } from "vitest";
import { PUBLISHED } from "../../scripts/entries.ts";
import { ROOT, TEST } from "./dist.ts";

/** The settings of a strict user who also checks the declarations of the libraries. */
const STRICT: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
};

const NODE: ts.CompilerOptions = {
  lib: ["lib.es2022.d.ts"],
  types: ["node"],
  typeRoots: [`${TEST}../node_modules/@types`],
};

const BROWSER: ts.CompilerOptions = {
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
};

const NODE_NEXT: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};

const BUNDLER: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

const consumers: readonly (readonly [what: string, files: readonly string[], options: ts.CompilerOptions])[] =
  [
    ["ESM and CommonJS on Node", ["all.mts", "all.cts"], { ...NODE, ...NODE_NEXT }],
    ["a bundler, with Node's types", ["all.mts"], { ...NODE, ...BUNDLER }],
    ["a bundler, with a browser's types", ["browser.ts"], { ...BROWSER, ...BUNDLER }],
  ];

const PACKAGES = PUBLISHED.map(({ folder }) => `${ROOT}${folder}/`);

describe("the built declarations", () => {
  it.each(consumers)("hold for %s", (_, files, options) => {
    const program = ts.createProgram(
      files.map((file) => `${TEST}package-checks/consumer/${file}`),
      { ...STRICT, ...options },
    );
    const built = program.getSourceFiles().filter(({ fileName }) => isBuilt(fileName));
    expect(built.length, "no declaration of dist was read").toBeGreaterThan(0);
    const ours = ts
      .getPreEmitDiagnostics(program)
      .filter((found) => found.file === undefined || isOurs(found.file.fileName));
    expect(ours.map(toText)).toEqual([]);
  });
});

function isBuilt(file: string): boolean {
  return PACKAGES.some((folder) => file.startsWith(`${folder}dist/`));
}

function isOurs(file: string): boolean {
  return isBuilt(file) || file.startsWith(`${TEST}package-checks/`);
}

function toText({ file, start, messageText }: ts.Diagnostic): string {
  const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
  return `${file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
}
