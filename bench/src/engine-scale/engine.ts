import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { services } from "./services.ts";

const DAY_MS = 86_400_000;

const encoder = new TextEncoder();
/** How many requests are under way at a time. */
const CONCURRENCY = 128;

/** The engine that is measured: nothing expires while it is. */
export function openEngine(data: string | undefined): Promise<EmbeddedEngine> {
  const journalRetentionMs = 30 * DAY_MS;
  const folder = data === undefined ? { ephemeral: true } : { data };
  return createEngine({ ...folder, services, defaults: { journalRetentionMs }, logger: () => {} });
}

/** Calls the shop so many times, and waits for the answers. */
export async function finish({ api }: EmbeddedEngine, count: number): Promise<void> {
  let left = count;
  const body = encoder.encode('"a thing that is bought"');
  const headers = [{ key: "content-type", value: "application/json" }];
  const buyer = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await api.call({ service: "Shop", handler: "buy", body, headers });
      if (answer.type !== "success") throw new Error(`A call failed: ${JSON.stringify(answer)}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, buyer));
}

/** Invocations that live for days: half of them sleep, a quarter waits for an object, a quarter for its time. */
export async function begin({ api }: EmbeddedEngine, count: number): Promise<void> {
  const headers = [{ key: "content-type", value: "application/json" }];
  const body = encoder.encode(String(7 * DAY_MS));
  for (let i = 0; i < count; i += 1) {
    const key = `desk ${i % 20}`;
    if (i % 4 === 0) await api.send({ service: "Desk", handler: "serve", key, body, headers });
    else if (i % 4 === 1) {
      await api.send({ service: "Sleeper", handler: "sleep", body, headers, delayMs: 3 * DAY_MS });
    } else await api.send({ service: "Sleeper", handler: "sleep", body, headers });
  }
}

export function countLive({ api }: EmbeddedEngine): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of api.liveInvocations()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export function countFinished({ api }: EmbeddedEngine): number {
  let count = 0;
  for (const _ of api.completedInvocations()) count += 1;
  return count;
}
