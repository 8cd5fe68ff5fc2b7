import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, it } from "vitest";
import { ENGINE_PACKAGE, PUBLISHED, type PublishedPackage } from "../../scripts/entries.ts";
import { ROOT } from "./dist.ts";

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

interface Tarball {
  readonly bytes: Uint8Array;
  readonly paths: readonly string[];
}

function pack({ folder }: PublishedPackage): Tarball {
  const place = mkdtempSync(join(tmpdir(), "perdure-pack-"));
  try {
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", place];
    const packed = spawnSync("npm", args, {
      cwd: ROOT + folder,
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
    const [result] = JSON.parse(packed.stdout) as Packed[];
    if (result === undefined) throw new Error("npm pack made nothing.");
    return {
      bytes: readFileSync(join(place, result.filename)),
      paths: result.files.map(({ path }) => path),
    };
  } finally {
    rmSync(place, { recursive: true });
  }
}

describe.each(PUBLISHED)("the published package $name", (published) => {
  const { folder, entries } = published;
  let tarball: Tarball;
  beforeAll(() => {
    tarball = pack(published);
  });

  it("exports exactly the entries, each for ESM and CommonJS with declarations of its own", () => {
    const { exports } = JSON.parse(readFileSync(`${ROOT}${folder}/package.json`, "utf8")) as {
      exports: unknown;
    };
    const expected = entries.map((entry) => [
      entry === "index" ? "." : `./${entry}`,
      {
        import: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
        require: { types: `./dist/${entry}.d.cts`, default: `./dist/${entry}.cjs` },
      },
    ]);
    expect(exports).toEqual({ ...Object.fromEntries(expected), "./package.json": "./package.json" });
  });

  it("holds every file of every entry, the licence, and nothing but the build", () => {
    const { paths } = tarball;
    const files = entries.flatMap((entry) =>
      ["js", "cjs", "d.ts", "d.cts"].map((suffix) => `dist/${entry}.${suffix}`),
    );
    expect(paths).toEqual(expect.arrayContaining([...files, "LICENSE", "package.json"]));
    expect(
      paths.filter((path) => !/^(dist\/|bin\/perdure\.js$|LICENSE$|README\.md$|package\.json$)/.test(path)),
    ).toEqual([]);
    expect(paths.filter((path) => /\.test\./.test(path))).toEqual([]);
  });

  it("passes publint without a suggestion", async () => {
    const { messages, pkg } = await publint({ pack: { tarball: tarball.bytes.slice().buffer } });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it("gives every module resolution the right types (attw)", async () => {
    const analysis = await checkPackage(createPackageFromTarballData(tarball.bytes));
    if (analysis.types === false) throw new Error("attw found no types at all.");
    expect(Object.keys(analysis.entrypoints)).toHaveLength(entries.length + 1);
    // node10 knows no exports map, so it cannot find the sub-entries; no supported
    // Node or bundler resolves that way.
    const problems = analysis.problems.filter(
      (problem) => !("resolutionKind" in problem && problem.resolutionKind === "node10"),
    );
    expect(problems).toEqual([]);
  });
});

describe("the engine's build", () => {
  const dist = `${ROOT}${ENGINE_PACKAGE.folder}/dist/`;
  const built = readdirSync(dist).filter((file) => /\.(js|cjs)$/.test(file));

  it("imports what it depends on; only for CommonJS it holds a copy of what is ESM only", () => {
    const texts = built.map((file) => readFileSync(dist + file, "utf8")).join("\n");
    const imported = [...texts.matchAll(/(?:from |require\()['"]((?!\.|node:)[^'"]+)['"]/g)].map(
      ([, name]) => name,
    );
    expect([...new Set(imported)].sort()).toEqual([
      "@noble/hashes/sha2.js",
      "@perdure/sdk",
      "@perdure/sdk/internal",
      "chokidar",
      "hash-wasm/dist/xxhash3.umd.min.js",
      "jose",
    ]);
  });

  it("has the command, to be run", () => {
    expect(readFileSync(`${dist}cli.js`, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(built).not.toContain("cli.cjs");
  });

  it("has a command file that is there before the build, and runs what is built", () => {
    const folder = `${ROOT}${ENGINE_PACKAGE.folder}/`;
    const { bin, version } = JSON.parse(readFileSync(`${folder}package.json`, "utf8")) as {
      bin: Readonly<Record<string, string>>;
      version: string;
    };
    expect(bin).toEqual({ perdure: "./bin/perdure.js" });
    const ran = spawnSync(process.execPath, [`${folder}bin/perdure.js`, "--version"], { encoding: "utf8" });
    expect(ran).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" });
  });
});
