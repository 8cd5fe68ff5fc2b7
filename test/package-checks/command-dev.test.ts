import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { call, fixture, type RunningCommand, startCommand } from "./command.ts";
import { TEST } from "./dist.ts";

const FREE_PORTS = ["--ingress", "0", "--admin", "0"];

/** Within the test package, so that its applications find the SDK. */
let folder: string;
const running: RunningCommand[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(TEST, "package-checks", "command-fixtures", "run-"));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((command) => command.stop()));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with a copy of an application. */
function project(name: string, app: string): { readonly app: string; edit(from: string, to: string): void } {
  const place = join(folder, name);
  mkdirSync(place);
  const file = join(place, app);
  copyFileSync(fixture(app), file);
  return {
    app: file,
    edit: (from, to) => writeFileSync(file, readFileSync(file, "utf8").replaceAll(from, to)),
  };
}

async function dev(args: readonly string[]): Promise<RunningCommand> {
  const command = await startCommand(["dev", ...FREE_PORTS, ...args]);
  running.push(command);
  return command;
}

async function deploymentsOf(admin: string): Promise<readonly unknown[]> {
  const response = await fetch(`${admin}/deployments`);
  return ((await response.json()) as { readonly deployments: readonly unknown[] }).deployments;
}

describe("perdure dev", () => {
  it("serves what a TypeScript module exports, and again after a change", async () => {
    const { app, edit } = project("exports", "exports.ts");
    const command = await dev([app]);
    const { ingress, admin } = await command.ready();
    expect(command.output()).toMatch(/exports\.ts serves Counter, Desk, Greeter\.$/m);
    expect(command.output()).toMatch(/^Nothing is kept/m);
    expect(await call(ingress, "Greeter/greet", "Mary")).toBe("Hello, Mary!");
    expect(await call(ingress, "Counter/a/add", 2)).toBe(2);

    const approved = call(ingress, "Desk/approve", null);
    const [, awakeable] = (await command.line(/^asked /)).split(" ");

    edit("Hello", "Good morning");
    edit("blue", "green");
    edit('name: "Greeter"', 'name: "Welcomer"');
    await command.line(/exports\.ts has changed\.$/);
    await command.line(/serves Counter, Desk, Welcomer\.$/);
    expect(await call(ingress, "Welcomer/greet", "Mary")).toBe("Good morning, Mary!");
    // The engine stays, what it knows, and what is under way.
    expect(await call(ingress, "Counter/a/add", 3)).toBe(5);
    await call(ingress, `restate/awakeables/${awakeable}/resolve`, "yes");
    expect(await approved).toBe("yes, stamped in green");
    expect(command.output().match(/^asked /gm)).toHaveLength(1);
    expect(await deploymentsOf(admin)).toHaveLength(1);
  });

  it("runs a module that serves itself", async () => {
    const { app, edit } = project("serves", "serves.mjs");
    const command = await dev([app]);
    const { ingress } = await command.ready();
    expect(command.output()).toMatch(/^serving on \d+$/m);
    expect(await call(ingress, "Greeter/greet", "Mary")).toBe("Welcome, Mary!");
    edit("Welcome", "Hi");
    await command.line(/has changed/);
    await expect.poll(() => call(ingress, "Greeter/greet", "Mary"), { timeout: 20_000 }).toBe("Hi, Mary!");
  });

  it("waits for a change when the file is broken, first or later", async () => {
    const { app, edit } = project("broken", "exports.ts");
    edit("async (_ctx: Context", "async ((_ctx: Context");
    const command = await dev([app]);
    await command.line(/Waiting for a change\.$/);
    expect(command.output()).not.toMatch(/Ready/);
    edit("async ((_ctx: Context", "async (_ctx: Context");
    const { ingress } = await command.ready();
    expect(await call(ingress, "Greeter/greet", "Mary")).toBe("Hello, Mary!");
  });

  it("keeps data, and work in progress goes on after the next start", async () => {
    const { app } = project("data", "exports.ts");
    const data = join(folder, "data", ".perdure");
    const first = await dev(["--no-watch", "--data", data, app]);
    expect(await call((await first.ready()).ingress, "Counter/a/add", 2)).toBe(2);
    await first.process.kill();
    const second = await dev(["--no-watch", "--data", data, app]);
    const { ingress, admin } = await second.ready();
    expect(await call(ingress, "Counter/a/add", 3)).toBe(5);
    expect(await deploymentsOf(admin)).toHaveLength(1);
  });

  it("ends in order at SIGTERM, the application too", async () => {
    const { app } = project("term", "serves.mjs");
    const command = await dev([app]);
    const { ingress } = await command.ready();
    const port = /^serving on (\d+)$/m.exec(command.output())?.[1];
    command.process.child.kill("SIGTERM");
    expect(await command.exited).toBe("exit code 0");
    expect(command.output()).not.toMatch(/It ended/);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
    await expect(fetch(ingress)).rejects.toThrow();
  });

  it("takes its application with it when it is killed", async () => {
    const { app } = project("kill", "serves.mjs");
    const command = await dev([app]);
    await command.ready();
    const port = /^serving on (\d+)$/m.exec(command.output())?.[1];
    await command.process.kill();
    const isThere = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        () => true,
        () => false,
      );
    await expect.poll(isThere, { timeout: 20_000 }).toBe(false);
  });

  const wrong: readonly (readonly [
    what: string,
    args: () => readonly string[],
    code: number,
    says: RegExp,
  ])[] = [
    ["a file that is not there", () => ["none.ts"], 2, /^There is no file .*none\.ts\.$/],
    [
      "a module that serves elsewhere",
      () => ["--no-watch", fixture("elsewhere.mjs")],
      1,
      /elsewhere\.mjs: The file exports no services, and listens at port \d+ instead\. Export them .*PORT/s,
    ],
  ];

  it.each(wrong)("refuses %s", async (_, args, code, says) => {
    const command = await dev(args());
    expect(await command.exited).toBe(`exit code ${code}`);
    expect(command.output()).toMatch(says);
  });
});
