import { expect, test } from "vitest";
import type { LoggerContext, LoggerTransport, LogMetadata } from "../definition/logger.ts";
import { createConsole } from "./console.ts";
import { INVOCATION_ID, returned, SERVICE, Transcript, VOID } from "./testing/transcript.ts";

type Logged = readonly [metadata: LogMetadata, ...message: unknown[]];

function collecting(log: Logged[]): LoggerTransport {
  return (metadata, ...message) => log.push([metadata, ...message]);
}

test.each([
  ["trace", "trace"],
  ["debug", "debug"],
  ["info", "info"],
  ["log", "info"],
  ["warn", "warn"],
  ["error", "error"],
] as const)("console.%s goes to the logger as %s", async (method, level) => {
  const log: Logged[] = [];
  const transcript = new Transcript({ logger: collecting(log) }, async (ctx) =>
    ctx.console[method]("a %s", "b"),
  );
  await transcript.next();
  expect(log).toMatchObject([[{ source: "USER", level, replaying: false }, "a %s", "b"]]);
});

test("a message says which invocation it belongs to", async () => {
  const log: Logged[] = [];
  await new Transcript({ logger: collecting(log) }, async (ctx) => ctx.console.log("x")).next();
  await new Transcript({ logger: collecting(log), handler: SERVICE }, async (ctx) =>
    ctx.console.log("x"),
  ).next();
  const [inObject, inService] = log.map(([metadata]) => metadata.context as LoggerContext);
  expect(inObject).toMatchObject({
    invocationId: INVOCATION_ID,
    serviceName: "cart",
    handlerName: "add",
    key: "k1",
    invocationTarget: "cart/k1/add",
  });
  expect(inObject?.request?.id).toBe(INVOCATION_ID);
  expect(inService).toMatchObject({ key: undefined, invocationTarget: "cart/add" });
});

test("what an earlier attempt logged is marked", async () => {
  const log: Logged[] = [];
  const transcript = new Transcript({ logger: collecting(log) }, async (ctx) => {
    ctx.console.info("before");
    await ctx.sleep(1);
    ctx.console.info("after");
  });
  await transcript.next();
  transcript.complete(1, VOID);
  expect(await transcript.next()).toEqual(returned(undefined));
  log.length = 0;
  await transcript.replay().next();
  expect(log.map(([metadata, message]) => [message, metadata.replaying])).toEqual([
    ["before", true],
    ["after", false],
  ]);
});

test("the host console's other methods are there, and silent in a replay", async () => {
  const shown: unknown[] = [];
  const host = { ...console, table: (data: unknown) => shown.push(data) };
  const transcript = new Transcript({}, async (ctx) => {
    const { table } = createConsole(Reflect.get(ctx, "~core"), () => ctx.request(), host);
    table(1);
    await ctx.sleep(1);
    table(2);
  });
  await transcript.next();
  transcript.complete(1, VOID);
  await transcript.next();
  expect(shown).toEqual([1, 2]);
  await transcript.replay().next();
  expect(shown).toEqual([1, 2, 2]);
});

test("the console is one object per context", async () => {
  const { ctx } = new Transcript({}, async () => {});
  const { console } = ctx;
  expect(ctx.console).toBe(console);
});
