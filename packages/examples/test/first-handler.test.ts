import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { registerDeployment } from "../../../test/support/admin.ts";
import { startChild } from "../../../test/support/child.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { startRestateServer } from "../../../test/support/restate-server.ts";
import { type RunningProcess, startProcess } from "../../../test/support/running-process.ts";

const ON_ENGINE = new URL("../src/first-handler.ts", import.meta.url);
const ON_CLUSTER = new URL("../src/first-handler-on-a-cluster.ts", import.meta.url);
const GREETING = /^Hello, Mary! You are a (lion|fish)\.\n$/;

it.concurrent("the README's first handler is killed, and goes on where it was", async () => {
  const folder = await mkdtemp(join(tmpdir(), "perdure-first-handler-"));
  let current: RunningProcess | undefined;
  try {
    const first = await start(folder);
    current = first.process;
    await eventually(() => expect(first.output()).toBe("Asking the stars...\n"));
    // It asks at the beginning of five seconds; the answer is in the journal some milliseconds later.
    await wait(1000);
    await first.process.kill();

    const second = await start(folder);
    current = second.process;
    expect(await second.process.exited).toBe("exit code 0");
    expect(second.output()).toMatch(GREETING);

    const third = await start(folder);
    current = third.process;
    expect(await third.process.exited).toBe("exit code 0");
    expect(third.output()).toBe(second.output());
  } finally {
    await current?.kill();
    await rm(folder, { recursive: true, force: true });
  }
});

it.concurrent("the README's first handler serves a cluster, and is called by plain HTTP", async () => {
  const [server, endpoint] = await Promise.all([startRestateServer(), startChild(ON_CLUSTER)]);
  try {
    await registerDeployment(server.adminUrl, endpoint.url);
    const response = await fetch(`${server.ingressUrl}/Greeter/greet`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '"Mary"',
    });
    expect(`${await response.json()}\n`).toMatch(GREETING);
  } finally {
    await Promise.all([server.stop(), endpoint.stop()]);
  }
});

it("the README shows all of the file", async () => {
  const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
  expect(readme).toContain(`\`\`\`ts\n${await readFile(ON_ENGINE, "utf8")}\`\`\`\n`);
});

it("both files have the same handler", async () => {
  const definition = async (file: URL): Promise<string | undefined> =>
    /^const greeter = service\(.*?^}\);$/ms.exec(await readFile(file, "utf8"))?.[0];
  expect(await definition(ON_ENGINE)).toContain("greet:");
  expect(await definition(ON_CLUSTER)).toBe(await definition(ON_ENGINE));
});

/** Runs the file as the README does, but with its data in `folder`. */
async function start(folder: string): Promise<{ process: RunningProcess; output: () => string }> {
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const tsconfig = fileURLToPath(new URL("../../../tsconfig.json", import.meta.url));
  const launched = await startProcess(process.execPath, ["--import", tsx, fileURLToPath(ON_ENGINE)], {
    cwd: folder,
    env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  launched.child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
  });
  return { process: launched, output: () => output };
}
