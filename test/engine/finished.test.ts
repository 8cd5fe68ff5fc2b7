import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { type Context, service } from "@perdure/sdk";
import { afterEach, beforeEach, expect, it } from "vitest";

/** Ended invocations stay on the disk; the engine holds little of each. `pnpm bench:scale` measures many more. */

const FINISHED = 20_000;
const CONCURRENCY = 100;
const RESULT_BYTES = 1000;
/** Half of that is measured: some for the facts, some for the place on the disk. */
const BYTES_PER_FINISHED_MAX = 900;

const shop = service({
  name: "Shop",
  handlers: { buy: async (_ctx: Context, item: string) => item.repeat(RESULT_BYTES) },
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "perdure-finished-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (): Promise<EmbeddedEngine> =>
  createEngine({ services: [shop], data: folder, logger: () => {} });

async function finish(engine: EmbeddedEngine, count: number): Promise<void> {
  let left = count;
  const request = {
    service: "Shop",
    handler: "buy",
    body: new TextEncoder().encode('"x"'),
    headers: [{ key: "content-type", value: "application/json" }],
  };
  const work = async (): Promise<void> => {
    for (; left > 0; left -= 1) expect((await engine.api.call(request)).type).toBe("success");
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

it("twenty thousand finished invocations take little memory, also after a restart", async () => {
  const first = await open();
  await finish(first, 500);
  const empty = heldBytes();
  await finish(first, FINISHED);
  const full = heldBytes();
  await first.close();
  expect((full - empty) / FINISHED).toBeLessThan(BYTES_PER_FINISHED_MAX);

  const closed = heldBytes();
  const second = await open();
  const reopened = heldBytes();
  const ids = [...second.api.completedInvocations()].map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(FINISHED);
  expect((reopened - closed) / ids.length).toBeLessThan(BYTES_PER_FINISHED_MAX);
  for (const id of [ids[0], ids.at(-1)]) {
    const archive = await second.api.archive(id ?? "");
    expect(archive?.journal).toHaveLength(2);
    expect(archive?.result).toMatchObject({ type: "success" });
  }
  await second.close();
}, 120_000);
