import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { restateServerPath } from "./server-binary.ts";

/** Under a name that nobody has, or a search path in the environment would find the real one. */
const packageName = "@perdure-fixtures/restate-server";
const folder = mkdtempSync(join(tmpdir(), "perdure-binary-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A package that depends on these, and from which they are to be found. */
function install(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  for (const [file, content] of Object.entries(files)) {
    const path = join(root, "node_modules/@perdure-fixtures", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  mkdirSync(root, { recursive: true });
  return join(root, "package.json");
}

const MANIFEST = JSON.stringify({
  optionalDependencies: {
    "@perdure-fixtures/restate-server-linux-x64": "1.0.0",
    "@perdure-fixtures/restate-server-darwin-arm64": "1.0.0",
  },
});

const empty = install("empty", {});
const complete = install("complete", {
  "restate-server/package.json": MANIFEST,
  "restate-server-linux-x64/bin/restate-server": "",
});

describe("restateServerPath", () => {
  it("finds what npm installed for this platform", () => {
    expect(existsSync(restateServerPath())).toBe(true);
  });

  it("looks in all places, in order", () => {
    const path = restateServerPath({ packageName, from: [empty, complete], platform: "linux-x64" });
    expect(path).toContain(join("complete", "node_modules/@perdure-fixtures/restate-server-linux-x64/bin"));
  });

  it.each([
    [
      "the package",
      empty,
      "linux-x64",
      "package_missing",
      /npm install --save-dev @perdure-fixtures\/restate-server$/,
    ],
    [
      "the platform's part",
      complete,
      "darwin-arm64",
      "package_missing",
      /server-darwin-arm64 is not installed/,
    ],
    [
      "any server for it",
      complete,
      "win32-x64",
      "platform_unsupported",
      /win32-x64, only for linux-x64, darwin-arm64/,
    ],
  ])("says what to do without %s", (_, from, platform, code, message) => {
    const error = expect.objectContaining({ name: "RestateServerError", code });
    expect(() => restateServerPath({ packageName, from: [from], platform })).toThrow(error);
    expect(() => restateServerPath({ packageName, from: [from], platform })).toThrow(message);
  });
});
