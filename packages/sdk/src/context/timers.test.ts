import { describe, expect, test } from "vitest";
import { TerminalError } from "../errors.ts";
import { failed, NOW, returned, Transcript, thrownBy, VOID, value } from "./testing/transcript.ts";

describe("sleep", () => {
  test.each([
    [1000, NOW + 1000],
    [0, NOW],
    [0.2, NOW + 1],
    [{ hours: 1, seconds: 1 }, NOW + 3_601_000],
  ])("%j is journaled as a point in time", async (duration, wakeUpTimeMs) => {
    const transcript = new Transcript({}, (ctx) => ctx.sleep(duration, "nap"));
    expect(await transcript.next()).toEqual([{ type: "Sleep", name: "nap", wakeUpTimeMs, completionId: 1 }]);
    transcript.complete(1, VOID);
    expect(await transcript.next()).toEqual(returned(undefined));
    expect(await transcript.replay().next()).toEqual(returned(undefined));
  });

  test("needs no name, and suspends when nothing more will come", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.sleep(1)).end();
    expect(await transcript.next()).toMatchObject([{ type: "Sleep", name: "" }, { type: "Suspension" }]);
  });

  test.each([-1, Number.NaN, undefined as never])("%s is refused at the call", async (duration) => {
    const error = await thrownBy({}, (ctx) => ctx.sleep(duration));
    expect(error).toBeInstanceOf(TerminalError);
    expect((error as Error).message).toBe(
      `ctx.sleep must be a duration of 0 or more, not ${duration} (in cart/add)`,
    );
  });

  test("what is refused ends the invocation, unless it is caught", async () => {
    expect(await new Transcript({}, (ctx) => ctx.sleep(-1)).next()).toEqual(
      failed(
        500,
        "ctx.sleep must be a duration of 0 or more, not -1 (in cart/add)\n" +
          "Give milliseconds or parts like { seconds: 5 }. To reach a point in time, subtract `await ctx.date.now()` from it.",
      ),
    );
    const caught = new Transcript({}, (ctx) =>
      Promise.resolve()
        .then(() => ctx.sleep(-1))
        .catch(() => "caught"),
    );
    expect(await caught.next()).toEqual(returned("caught"));
  });
});

describe("date", () => {
  test.each([
    ["now", NOW],
    ["toJSON", "2023-11-14T22:13:20.000Z"],
  ] as const)("%s is an unnamed run", async (method, time) => {
    const transcript = new Transcript({}, (ctx) => ctx.date[method]() as Promise<unknown>);
    expect(await transcript.next()).toEqual([
      { type: "Run", name: "", completionId: 1 },
      {
        type: "ProposeRunCompletion",
        completionId: 1,
        result: { type: "success", value: JSON.stringify(time) },
      },
    ]);
    transcript.complete(1, value(method === "now" ? 5 : "recorded"));
    const output = method === "now" ? 5 : "recorded";
    expect(await transcript.next()).toEqual(returned(output));
    expect(await transcript.replay().next()).toEqual(returned(output));
  });
});
