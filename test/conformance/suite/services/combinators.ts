import { type Context, isRestatePromise, RestatePromise, service, TerminalError } from "@perdure/sdk";
import { isOpen, note, openDoor, opened } from "../../places/probe.ts";
import { toFailed } from "./invocations.ts";

/** Slow and quick answers, and failures. */
export const answers = service({
  name: "Answers",
  handlers: {
    after: async (ctx: Context, { ms, answer }: { ms: number; answer: string }) => {
      await ctx.sleep(ms);
      return answer;
    },
    /** Answers when the door is open, however long that takes. */
    behind: async (ctx: Context, { door, answer }: { door: string; answer: string }) => {
      await ctx.run("wait", () => opened(door));
      return answer;
    },
    failsAfter: async (ctx: Context, { ms, message }: { ms: number; message: string }): Promise<string> => {
      await ctx.sleep(ms);
      throw new TerminalError(message, { errorCode: 432 });
    },
  },
});

const SOON = 1;

/** What both families of combinators have in common. */
type Family = Pick<typeof RestatePromise, "all" | "race" | "any" | "allSettled">;

function familyOf(name: "native" | "restate"): Family {
  return name === "restate" ? RestatePromise : (Promise as unknown as Family);
}

function describeSettled(settled: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return settled.map((end) => (end.status === "fulfilled" ? end.value : toFailed(end.reason).message));
}

async function outcome(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof AggregateError) return error.errors.map((one) => toFailed(one).message);
    return toFailed(error).message;
  }
}

export const combine = service({
  name: "Combine",
  handlers: {
    each: async (ctx: Context, { family, door }: { family: "native" | "restate"; door: string }) => {
      const { all, race, any, allSettled } = bindAll(familyOf(family));
      const client = ctx.serviceClient(answers);
      const quick = (answer: string) => client.after({ ms: SOON, answer });
      const late = (answer: string) => client.behind({ door, answer });
      const broken = (message: string) => client.failsAfter({ ms: SOON, message });
      const results = {
        all: await outcome(all([quick("a"), quick("b"), ctx.sleep(1).map(() => "c")])),
        allFails: await outcome(all([late("a"), broken("first failure")])),
        allEmpty: await outcome(all([])),
        race: await outcome(race([late("a"), quick("b")])),
        raceFails: await outcome(race([late("a"), broken("raced")])),
        any: await outcome(any([broken("x"), quick("a"), late("b")])),
        anyFails: await outcome(any([broken("x"), broken("y")])),
        anyEmpty: await outcome(any([])),
        allSettled: describeSettled(await allSettled([quick("a"), broken("x"), quick("b")])),
        nested: await outcome(
          all([race([late("a"), quick("b")]), any([broken("x"), quick("c")]), all([quick("d")])]),
        ),
      };
      await ctx.run("open", () => openDoor(door));
      return results;
    },
    /** Notes in each attempt who won; every round is replayed by the rounds after it. */
    winners: async (ctx: Context, { family, name }: { family: "native" | "restate"; name: string }) => {
      const { race } = bindAll(familyOf(family));
      const winners: string[] = [];
      for (let round = 0; round < 6; round++) {
        const winner = await race(
          ["a", "b", "c"].map((answer) => ctx.serviceClient(answers).after({ ms: SOON, answer })),
        );
        winners.push(winner);
        note(name, [...winners]);
        await ctx.sleep(1);
      }
      return winners;
    },
    /** Branches that go on by themselves, each of several steps. */
    branches: async (ctx: Context, name: string) => {
      const log: string[] = [];
      const branch = async (id: string): Promise<void> => {
        for (let step = 0; step < 4; step++) {
          await ctx.run(`${id}${step}`, () => note(name, `${id}${step}`));
          log.push(`${id}${step}`);
          if (step % 2 === 0) await ctx.sleep(step + 1);
        }
      };
      await Promise.all(["x", "y", "z"].map(branch));
      return log;
    },
    timeouts: async (ctx: Context, door: string) => {
      const client = ctx.serviceClient(answers);
      const slow = client.behind({ door, answer: "late" });
      const failed = await slow.orTimeout(50).map((_value, failure) => failure && toFailed(failure));
      const inTime = await client.after({ ms: SOON, answer: "in time" }).orTimeout({ minutes: 5 });
      const onCombinator = await RestatePromise.race([slow, ctx.awakeable<string>().promise])
        .orTimeout({ milliseconds: 20 })
        .map((_value, failure) => failure?.name);
      const never = await RestatePromise.race([])
        .orTimeout(10)
        .map((_value, failure) => failure?.name);
      await ctx.run("open", () => openDoor(door));
      return { failed, inTime, onCombinator, never, afterAll: await slow };
    },
    byHand: async (ctx: Context, door: string) => {
      const slow = ctx.serviceClient(answers).behind({ door, answer: "late" });
      const first = await Promise.race([slow, ctx.sleep(20).map(() => "timed out")]);
      await ctx.run("open", () => openDoor(door));
      return [first, await slow];
    },
    uncaughtTimeout: async (ctx: Context) => ctx.awakeable().promise.orTimeout(10),
    maps: async (ctx: Context) => {
      const client = ctx.serviceClient(answers);
      let calls = 0;
      const mapped = client.after({ ms: SOON, answer: "a" }).map((answer) => {
        calls += 1;
        return `${answer}!`;
      });
      const value = await mapped;
      await mapped;
      const chained = await mapped.map((answer) => answer?.length);
      const recovered = await client
        .failsAfter({ ms: SOON, message: "x" })
        .map((_answer, failure) => `recovered from ${failure?.message}`);
      const refused = await outcome(
        client.after({ ms: SOON, answer: "a" }).map(() => {
          throw new TerminalError("refused by map");
        }),
      );
      const combined = await RestatePromise.all([
        mapped,
        client.after({ ms: SOON, answer: "b" }).map((b) => `${b}?`),
      ]);
      const passed = await outcome(
        client.failsAfter({ ms: SOON, message: "kept" }).map((value, failure) => {
          if (failure) throw failure;
          return value;
        }),
      );
      return { calls, value, chained, recovered, refused, combined, passed };
    },
    /** A mapper that throws anything else fails the attempt. */
    mapThrows: async (ctx: Context, name: string) =>
      ctx.sleep(1).map(() => {
        note(name);
        if (!isOpen(name)) throw new Error("a fault in the mapper");
        return "repaired";
      }),
    constants: async (ctx: Context) => {
      const one = RestatePromise.resolve(1);
      const same = RestatePromise.resolve(one) === one;
      const sleep = ctx.sleep(1);
      const rejected = await outcome(RestatePromise.reject(new TerminalError("constant failure")));
      const all = await RestatePromise.all([one, RestatePromise.resolve("two"), sleep.map(() => 3)]);
      const kept = await one.orTimeout(1);
      return {
        same,
        rejected,
        all,
        kept,
        are: [isRestatePromise(one), isRestatePromise(sleep), isRestatePromise(Promise.resolve(1))],
      };
    },
    foreignMember: async (ctx: Context) => {
      try {
        await RestatePromise.all([ctx.sleep(1), Promise.resolve(1) as never]);
        return "accepted";
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
    },
    thenChains: async (ctx: Context) => {
      const chained = ctx
        .serviceClient(answers)
        .after({ ms: SOON, answer: "a" })
        .then((a) => ctx.serviceClient(answers).after({ ms: SOON, answer: `${a}b` }))
        .finally(() => {});
      const caught = ctx
        .serviceClient(answers)
        .failsAfter({ ms: SOON, message: "x" })
        .catch((error: TerminalError) => `caught ${error.message}`);
      return [await chained, await caught];
    },
  },
});

function bindAll(family: Family): Family {
  return {
    all: family.all.bind(family),
    race: family.race.bind(family),
    any: family.any.bind(family),
    allSettled: family.allSettled.bind(family),
  } as Family;
}

export const combinatorServices = [answers, combine];
