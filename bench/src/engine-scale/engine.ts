import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { services } from "./services.ts";

const DAY_MS = 86_400_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HEADERS = [{ key: "content-type", value: "application/json" }];
/** How many requests are under way at a time. */
export const CONCURRENCY = 128;

/** The engine that is measured: nothing expires while it is. */
export function openEngine(data: string): Promise<EmbeddedEngine> {
  const journalRetentionMs = 30 * DAY_MS;
  return createEngine({ data, services, defaults: { journalRetentionMs }, logger: () => {} });
}

/** One of many calls, as JSON. */
export interface Call {
  readonly service: string;
  readonly handler: string;
  readonly key?: string;
  readonly input: string;
  readonly isRight: (output: string) => boolean;
}

/** Makes so many calls, and waits for the answers. `next` is told which of the callers makes it. */
export async function callMany(
  { api }: EmbeddedEngine,
  count: number,
  next: (call: number, caller: number) => Call,
): Promise<void> {
  let made = 0;
  const keepCalling = async (_: unknown, caller: number): Promise<void> => {
    while (made < count) {
      const { input, isRight, ...target } = next(made, caller);
      made += 1;
      const answer = await api.call({ ...target, body: encoder.encode(input), headers: HEADERS });
      if (answer.type !== "success") throw new Error(`A call failed: ${JSON.stringify(answer)}`);
      const output = decoder.decode(answer.value);
      if (!isRight(output)) throw new Error(`${target.handler}(${input}) gave ${output}.`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, keepCalling));
}

/** Invocations that live for days: half of them sleep, a quarter waits for an object, a quarter for its time. */
export async function begin({ api }: EmbeddedEngine, count: number): Promise<void> {
  const body = encoder.encode(String(7 * DAY_MS));
  for (let i = 0; i < count; i += 1) {
    const key = `desk ${i % 20}`;
    if (i % 4 === 0) await api.send({ service: "Desk", handler: "serve", key, body, headers: HEADERS });
    else if (i % 4 === 1) {
      const delayMs = 3 * DAY_MS;
      await api.send({ service: "Sleeper", handler: "sleep", body, headers: HEADERS, delayMs });
    } else await api.send({ service: "Sleeper", handler: "sleep", body, headers: HEADERS });
  }
}

export function countLive({ api }: EmbeddedEngine): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of api.liveInvocations()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
