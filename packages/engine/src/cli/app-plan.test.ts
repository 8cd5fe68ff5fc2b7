import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppPlan, planApp } from "./app-plan.ts";
import { CommandError } from "./command-error.ts";

const NODE_20 = { stripsTypes: false, allowsStrippingTypes: false };
const NODE_22_6 = { stripsTypes: false, allowsStrippingTypes: true };
const NODE_24 = { stripsTypes: true, allowsStrippingTypes: true };

let folder: string;
/** The same files, in a project that has tsx. */
let withTsx: string;
let loader: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "perdure-plan-"));
  withTsx = join(folder, "project");
  const tsx = join(withTsx, "node_modules", "tsx");
  mkdirSync(tsx, { recursive: true });
  writeFileSync(join(tsx, "package.json"), `{ "name": "tsx", "exports": "./loader.mjs" }`);
  writeFileSync(join(tsx, "loader.mjs"), "");
  loader = pathToFileURL(join(tsx, "loader.mjs")).href;
  for (const name of ["app.js", "app.mjs", "app.ts", "app.mts", "app.tsx", "app.py"]) {
    writeFileSync(join(folder, name), "");
    writeFileSync(join(withTsx, name), "");
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

function refusalOf(plan: () => AppPlan): string {
  try {
    plan();
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect((error as CommandError).exitCode).toBe(2);
    return (error as CommandError).message;
  }
  throw new Error("It was not refused.");
}

describe("a file", () => {
  it("of JavaScript is run by Node alone", () => {
    for (const name of ["app.js", "app.mjs"]) {
      expect(planApp(join(withTsx, name), NODE_20)).toEqual({ file: join(withTsx, name), execArgv: [] });
    }
  });

  it("of TypeScript is run by the project's tsx, on every Node", () => {
    for (const node of [NODE_20, NODE_22_6, NODE_24]) {
      expect(planApp(join(withTsx, "app.ts"), node).execArgv).toEqual(["--import", loader]);
    }
    expect(planApp(join(withTsx, "app.tsx"), NODE_24).execArgv).toEqual(["--import", loader]);
  });

  it("of TypeScript without tsx is run by a Node that reads it", () => {
    expect(planApp(join(folder, "app.ts"), NODE_24).execArgv).toEqual([]);
    expect(planApp(join(folder, "app.mts"), NODE_22_6).execArgv).toEqual(["--experimental-strip-types"]);
  });

  it("that nothing reads is refused, with what to install", () => {
    expect(refusalOf(() => planApp(join(folder, "app.ts"), NODE_20))).toMatch(
      /Nothing here reads \.ts files: .*npm install --save-dev tsx.*Node 22\.18/,
    );
    expect(refusalOf(() => planApp(join(folder, "app.tsx"), NODE_24))).toMatch(/npm install --save-dev tsx/);
  });

  it("of another language is refused", () => {
    expect(refusalOf(() => planApp(join(folder, "app.py"), NODE_24))).toMatch(/neither JavaScript/);
  });

  it("that is not there is refused, a folder too", () => {
    expect(refusalOf(() => planApp(join(folder, "none.ts")))).toMatch(/There is no file .*none\.ts/);
    expect(refusalOf(() => planApp(folder))).toMatch(/There is no file/);
  });
});
