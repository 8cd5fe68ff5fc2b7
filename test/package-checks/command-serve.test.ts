import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findNode24 } from "../../scripts/find-node24.ts";
import { type Child, startChild } from "../support/child.ts";
import { call, fixture, type RunningCommand, startCommand } from "./command.ts";

const FREE_PORTS = ["--ingress", "0", "--admin", "0"];

let folder: string;
const running: RunningCommand[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "perdure-command-"));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((command) => command.stop()));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(args: readonly string[], node?: string): Promise<RunningCommand> {
  const command = await startCommand(["serve", ...args], node === undefined ? {} : { node });
  running.push(command);
  return command;
}

/** Runs the command to its end. */
async function run(args: readonly string[]): Promise<{ readonly how: string; readonly output: string }> {
  const command = await startCommand(args);
  const how = await command.exited;
  return { how, output: command.output() };
}

describe("perdure serve", () => {
  let endpoint: Child;
  beforeAll(async () => {
    endpoint = await startChild(fixture("endpoint.mjs"));
  });
  afterAll(() => endpoint.stop());

  async function register(admin: string): Promise<void> {
    const response = await fetch(`${admin}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: endpoint.url }),
    });
    expect(response.status, await response.text()).toBe(201);
  }

  const nodes = [process.execPath, ...[findNode24() ?? []].flat()].map(
    (path, index) => [index === 0 ? `Node ${process.versions.node}` : "Node 24", path] as const,
  );

  it.each(nodes)(
    "on %s answers from the moment it says so, and drives registered endpoints",
    async (_, node) => {
      const command = await serve(FREE_PORTS, node);
      const { ingress, admin } = await command.ready();
      expect(command.output()).toMatch(/^Nothing is kept: .*--data DIR/);
      expect((await fetch(`${admin}/health`)).status).toBe(200);
      await register(admin);
      expect(await call(ingress, "Counter/a/add", 2)).toBe(2);
      expect(await call(ingress, "Counter/a/add", 3)).toBe(5);
      command.process.child.kill("SIGTERM");
      expect(await command.exited).toBe("exit code 0");
    },
  );

  it("keeps what it was told to keep, and has the folder alone", async () => {
    const data = join(folder, "data");
    const first = await serve([...FREE_PORTS, "--data", data]);
    const faces = await first.ready();
    expect(first.output()).not.toMatch(/Nothing is kept/);
    await register(faces.admin);
    expect(await call(faces.ingress, "Counter/a/add", 2)).toBe(2);

    const { how, output } = await run(["serve", ...FREE_PORTS, "--data", data]);
    expect(how).toBe("exit code 1");
    expect(output).toContain(`The folder ${data} is in use by the process with pid ${first.process.pid}.`);
    expect(output).toMatch(/stop the other one, or use another folder/);
    expect(output).not.toMatch(/\n +at /);

    await first.process.kill();
    const second = await serve([...FREE_PORTS, "--data", data]);
    expect(await call((await second.ready()).ingress, "Counter/a/add", 3)).toBe(5);
    expect(readdirSync(data).length).toBeGreaterThan(0);
  });

  it("says which port is taken, and ends", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    try {
      const { how, output } = await run(["serve", "--ingress", "0", "--admin", `127.0.0.1:${port}`]);
      expect(how).toBe("exit code 1");
      expect(output).toContain(`Port ${port} of 127.0.0.1 is in use by another program.`);
      expect(output).toMatch(/with --admin HOST:PORT/);
      expect(output).not.toMatch(/Ready/);
    } finally {
      taken.close();
    }
  });

  it("refuses wrong options with what to write instead", async () => {
    const { how, output } = await run(["serve", "--ingres", "8080"]);
    expect(how).toBe("exit code 2");
    expect(output.split("\n")).toEqual([
      "There is no option --ingres. Did you mean --ingress?",
      "All options: perdure serve --help",
    ]);
  });

  it("shows the public key of its identity, and refuses a file that is none", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const key = join(folder, "key.pem");
    writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
    const command = await serve([...FREE_PORTS, "--identity-key", key]);
    await command.ready();
    expect(command.output()).toMatch(/^Identity key of endpoints: publickeyv1_\w{40,}$/m);

    writeFileSync(join(folder, "wrong.pem"), "no key");
    for (const wrong of ["wrong.pem", "absent.pem"]) {
      const { how, output } = await run(["serve", "--identity-key", join(folder, wrong)]);
      expect(how).toBe("exit code 2");
      expect(output).toContain(`--identity-key "${join(folder, wrong)}": `);
    }
  });
});

describe("perdure", () => {
  it("explains itself", async () => {
    const help = await run(["--help"]);
    expect(help.how).toBe("exit code 0");
    expect(help.output).toMatch(/perdure dev FILE/);
    expect((await run(["dev", "--help"])).output).toMatch(/--inactivity-timeout DURATION/);
    expect((await run(["--version"])).output).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await run([])).how).toBe("exit code 2");
  });
});
