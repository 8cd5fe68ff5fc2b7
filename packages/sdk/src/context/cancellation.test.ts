import { describe, expect, test } from "vitest";
import { CancelledError } from "../errors.ts";
import { cancelPreviousCalls } from "./cancellation.ts";
import { failed, invocationId, returned, Transcript, VOID, value } from "./testing/transcript.ts";

const EXPLICIT = { handler: { explicitCancellation: true } };
const CANCEL = 1;
const CHILD = "inv_1gF2nuFFrKGG2xLEr1q1zYlG0Z3ToRyPyb";

interface Child {
  work(ctx: unknown): Promise<string>;
}

describe("implicit", () => {
  test("what is awaited is rejected; what comes after works", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      try {
        await ctx.sleep(1000);
        return "slept";
      } catch (error) {
        return [error instanceof CancelledError, await ctx.run("undo", () => "undone")];
      }
    });
    await transcript.next();
    transcript.signal(CANCEL, VOID);
    expect(await transcript.next()).toMatchObject([{ type: "Run" }, { type: "ProposeRunCompletion" }]);
    transcript.complete(2, value("undone"));
    expect(await transcript.next()).toEqual(returned([true, "undone"]));
    expect(await transcript.replay().next()).toEqual(returned([true, "undone"]));
  });

  test("calls are cancelled with their caller", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.serviceClient<Child>({ name: "child" }).work());
    await transcript.next();
    transcript.complete(1, invocationId(CHILD)).signal(CANCEL, VOID);
    expect(await transcript.next()).toEqual([
      { type: "SendSignal", name: "", targetInvocationId: CHILD, signal: CANCEL, result: { type: "void" } },
      ...failed(409, "Cancelled"),
    ]);
  });

  test("ctx.cancellation() never settles, and nothing is tracked", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      ctx.serviceClient<Child>({ name: "child" }).work();
      const cancelled = ctx.cancellation().then(() => "cancelled");
      const ids = await ctx.cancelPreviousCalls();
      return Promise.race([cancelled, ctx.sleep(1).then(() => ids)]);
    });
    await transcript.next();
    transcript.complete(3, VOID);
    expect(await transcript.next()).toEqual(returned([]));
  });
});

describe("explicit", () => {
  test("the author waits for the cancellation; the same promise until it comes, then another", async () => {
    const transcript = new Transcript(EXPLICIT, async (ctx) => {
      const first = ctx.cancellation();
      const same = first === ctx.cancellation();
      const winner = await Promise.race([ctx.sleep(1000).then(() => "slept"), first.then(() => "cancelled")]);
      const second = ctx.cancellation();
      await second;
      return [same, winner, second !== first];
    });
    await transcript.next();
    transcript.signal(CANCEL, VOID).signal(CANCEL, VOID);
    expect(await transcript.next()).toEqual(returned([true, "cancelled", true]));
    expect(await transcript.replay().next()).toEqual(returned([true, "cancelled", true]));
  });

  test("earlier calls are cancelled on request, once", async () => {
    const transcript = new Transcript(EXPLICIT, async (ctx) => {
      const child = ctx.serviceClient<Child>({ name: "child" });
      child.work();
      ctx.serviceSendClient<Child>({ name: "child" }).work();
      return [await ctx.cancelPreviousCalls(), await ctx.cancelPreviousCalls()];
    });
    expect(await transcript.next()).toMatchObject([{ type: "Call" }, { type: "OneWayCall" }]);
    transcript.complete(1, invocationId(CHILD));
    expect(await transcript.next()).toEqual([
      { type: "SendSignal", name: "", targetInvocationId: CHILD, signal: CANCEL, result: { type: "void" } },
      ...returned([[CHILD], []]),
    ]);
    expect(await transcript.replay().next()).toEqual(returned([[CHILD], []]));
  });

  test("without calls there is nothing to cancel", async () => {
    const transcript = new Transcript(EXPLICIT, (ctx) => cancelPreviousCalls(Reflect.get(ctx, "~core")));
    expect(await transcript.next()).toEqual(returned([]));
  });
});
