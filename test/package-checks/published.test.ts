import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, it } from "vitest";
import { ENTRIES } from "../../scripts/entries.ts";
import { SDK } from "./dist.ts";

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let tarball: Uint8Array;
let paths: readonly string[];

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "perdure-pack-"));
  try {
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const packed = spawnSync("npm", args, {
      cwd: SDK,
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
    const [result] = JSON.parse(packed.stdout) as Packed[];
    if (result === undefined) throw new Error("npm pack made nothing.");
    tarball = readFileSync(join(folder, result.filename));
    paths = result.files.map(({ path }) => path);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("the published package", () => {
  it("exports exactly the entries, each for ESM and CommonJS with declarations of its own", () => {
    const { exports } = JSON.parse(readFileSync(`${SDK}package.json`, "utf8")) as { exports: unknown };
    const expected = ENTRIES.map((entry) => [
      entry === "index" ? "." : `./${entry}`,
      {
        import: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
        require: { types: `./dist/${entry}.d.cts`, default: `./dist/${entry}.cjs` },
      },
    ]);
    expect(exports).toEqual({ ...Object.fromEntries(expected), "./package.json": "./package.json" });
  });

  it("holds every file of every entry, the licence, and nothing but the build", () => {
    const files = ENTRIES.flatMap((entry) =>
      ["js", "cjs", "d.ts", "d.cts"].map((suffix) => `dist/${entry}.${suffix}`),
    );
    expect(paths).toEqual(expect.arrayContaining([...files, "LICENSE", "package.json"]));
    expect(paths.filter((path) => !/^(dist\/|LICENSE$|README\.md$|package\.json$)/.test(path))).toEqual([]);
    expect(paths.filter((path) => /\.test\./.test(path))).toEqual([]);
  });

  it("passes publint without a suggestion", async () => {
    const { messages, pkg } = await publint({ pack: { tarball: tarball.slice().buffer } });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it("gives every module resolution the right types (attw)", async () => {
    const analysis = await checkPackage(createPackageFromTarballData(tarball));
    if (analysis.types === false) throw new Error("attw found no types at all.");
    expect(Object.keys(analysis.entrypoints)).toHaveLength(ENTRIES.length + 1);
    // node10 knows no exports map, so it cannot find the sub-entries; no supported
    // Node or bundler resolves that way.
    const problems = analysis.problems.filter(
      (problem) => !("resolutionKind" in problem && problem.resolutionKind === "node10"),
    );
    expect(problems).toEqual([]);
  });
});
