import { type Context, handlers, service, TerminalError } from "@perdure/sdk";
import { superjsonSerde } from "@perdure/sdk/superjson";
import { createTestEngine } from "@perdure/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { programs } from "../determinism/program.ts";
import { createRunner, worker } from "../determinism/program-services.ts";

/** Right handlers under a strict guard: nothing of what they do may be taken for misuse. */

const runner = createRunner(pause);

/** Timers of the process, in closures of runs: none of them is the handler's. */
async function pause(ms: number): Promise<void> {
  if (ms % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
  else await Promise.resolve();
}

const PROGRAMS = 400;
const AT_ONCE = 8;

test("random concurrent programs raise no false alarm", async () => {
  await using engine = await createTestEngine({ services: [worker, runner], strict: true });
  const all = fc.sample(programs, { numRuns: PROGRAMS, seed: 4 });
  let done = 0;
  for (let first = 0; first < all.length; first += AT_ONCE) {
    const some = all.slice(first, first + AT_ONCE);
    const traces = await Promise.all(some.map((program) => engine.client.serviceClient(runner).run(program)));
    for (const trace of traces) expect(trace).toMatch(/\bend\b/);
    done += traces.length;
  }
  await engine.clock.runUntilIdle();
  expect(done).toBe(PROGRAMS);
  expect(engine.misuses()).toEqual([]);
});

const order = z.object({
  id: z.uuid(),
  placedAt: z.coerce.date().min(new Date(0)),
  items: z.array(z.string()).default(() => []),
});

const shop = service({
  name: "Shop",
  handlers: {
    place: handlers.handler(
      {
        input: superjsonSerde<{ id: string; placedAt: Date }>(),
        output: superjsonSerde<Map<string, Date>>(),
      },
      async (ctx: Context, input: { id: string; placedAt: Date }) => {
        const { id, placedAt } = order.parse(input);
        const stored = await ctx.run("store", () => new Map([[id, placedAt]]), {
          serde: superjsonSerde<Map<string, Date>>(),
        });
        const wrong = order.safeParse({ id: "no" });
        if (wrong.success) throw new TerminalError("zod does not validate");
        return stored;
      },
    ),
  },
});

test("libraries inside handlers raise no false alarm", async () => {
  await using engine = await createTestEngine({ services: [shop], strict: true });
  const placedAt = new Date("2026-01-02T03:04:05Z");
  const id = crypto.randomUUID();
  const stored = await engine.client.serviceClient(shop).place({ id, placedAt });
  expect([...stored]).toEqual([[id, placedAt]]);
  expect(engine.misuses()).toEqual([]);
});
