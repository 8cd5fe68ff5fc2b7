import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Message } from "../protocol/messages.ts";
import { FakeLink, handlerOf, inputOf, START } from "./testing/fake-link.ts";

const SLEEPS = 500;
const ATTEMPTS = 20;
/** What all attempts together may leave behind. One journal alone takes more than a tenth of it. */
const LEFT_BYTES_MAX = 1_000_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options?: { type: "minor" }) => void;

const handler = handlerOf(async (ctx) => {
  ctx.request();
  for (let i = 0; i < SLEEPS; i += 1) await ctx.sleep(1, "a while");
});

function journalOf(): Message[] {
  const sleeps = Array.from({ length: SLEEPS }, (_, i): Message[] => [
    { type: "Sleep", name: "a while", completionId: i + 1, wakeUpTimeMs: 1 },
    { type: "Completion", kind: "Sleep", completionId: i + 1, result: { type: "void" } },
  ]);
  return [{ ...START, knownEntries: 1 + 2 * SLEEPS }, inputOf(""), ...sleeps.flat()];
}

async function attempt(): Promise<void> {
  const link = new FakeLink(handler).feed(...journalOf());
  while (link.closes === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(link.sent.at(-1)).toEqual({ type: "End" });
}

test("what has ended is garbage to the quick collector, not only to the thorough one", async () => {
  for (let i = 0; i < 5; i += 1) await attempt();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < ATTEMPTS; i += 1) await attempt();
  // What lives through two of them is taken for long-lived.
  collect({ type: "minor" });
  collect({ type: "minor" });
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(LEFT_BYTES_MAX);
});
