import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  type Context,
  type ServiceDefinition,
  service,
  type WorkflowContext,
  type WorkflowDefinition,
  workflow,
} from "@perdure/sdk";

/**
 * Handlers that are wrong on purpose. A comment `// here: name` marks the line that a
 * message about the handler of that name has to point to.
 */

interface EchoHandlers {
  echo(ctx: Context, text: string): Promise<string>;
}

export const echo: ServiceDefinition<"Echo", EchoHandlers> = service({
  name: "Echo",
  handlers: { echo: async (_ctx: Context, text: string) => text },
});

/** What a test waits for before it looks at what goes on after the end. */
export const gates = { resume: (): void => {} };

function nextGate(): Promise<void> {
  return new Promise((resolve) => {
    gates.resume = resolve;
  });
}

async function audit(ctx: Context): Promise<void> {
  await nextGate();
  ctx.serviceSendClient(echo).echo("late"); // here: stepAfterEnd
}

async function auditBehindPromise(ctx: Context): Promise<void> {
  const { promise } = ctx.awakeable();
  await nextGate();
  await promise.then(() => {}); // here: awaitAfterEnd
}

type Wrong = (ctx: Context) => Promise<unknown>;

/** The names of the wrong handlers. */
export type WrongHandler =
  | "contextInRun"
  | "contextInRunBehindAwait"
  | "runInRunBehindTimer"
  | "stepAfterEnd"
  | "awaitAfterEnd"
  | "runNotAwaited"
  | "sleepNotAwaited"
  | "dateNotAwaited"
  | "combinatorNotAwaited"
  | "attachNotAwaited"
  | "callNotAwaited"
  | "foreignStep"
  | "dateNow"
  | "newDate"
  | "dateAsFunction"
  | "dateBehindAwait"
  | "dateInThen"
  | "dateInBuiltin"
  | "mathRandom"
  | "mathRandomItself"
  | "randomUuid"
  | "randomValues"
  | "importedRandomUuid"
  | "importedRandomBytes"
  | "importedRandomInt"
  | "performanceNow"
  | "timeout"
  | "interval"
  | "immediate"
  | "importedTimeout"
  | "fetched";

const handlers: Readonly<Record<WrongHandler, Wrong>> = {
  contextInRun: async (ctx: Context) =>
    ctx.run("outer", () => {
      ctx.serviceSendClient(echo).echo("inner"); // here: contextInRun
    }),
  contextInRunBehindAwait: async (ctx: Context) =>
    ctx.run("outer", async () => {
      await Promise.resolve();
      await ctx.sleep(10); // here: contextInRunBehindAwait
    }),
  runInRunBehindTimer: async (ctx: Context) =>
    ctx.run("outer", async () => {
      await wait(1);
      await ctx.run("inner", () => 1); // here: runInRunBehindTimer
    }),
  stepAfterEnd: async (ctx: Context) => {
    void audit(ctx);
    return "done";
  },
  awaitAfterEnd: async (ctx: Context) => {
    void auditBehindPromise(ctx);
    return "done";
  },
  runNotAwaited: async (ctx: Context) => {
    ctx.run("charge", () => 1); // here: runNotAwaited
    return "done";
  },
  sleepNotAwaited: async (ctx: Context) => {
    ctx.sleep(10); // here: sleepNotAwaited
    return "done";
  },
  dateNotAwaited: async (ctx: Context) => {
    const now = ctx.date.now(); // here: dateNotAwaited
    return typeof now;
  },
  combinatorNotAwaited: async (ctx: Context) => {
    ctx.sleep(10, "long").orTimeout(5); // here: combinatorNotAwaited
    return "done";
  },
  attachNotAwaited: async (ctx: Context) => {
    const { invocationId } = ctx.serviceSendClient(echo).echo("sent");
    ctx.attach(await invocationId); // here: attachNotAwaited
    return "done";
  },
  callNotAwaited: async (ctx: Context) => {
    ctx.serviceClient(echo).echo("lost"); // here: callNotAwaited
    return "done";
  },
  foreignStep: async (ctx: Context) => {
    const branch = async (): Promise<void> => {
      await ctx.run("load", () => 1);
      await nextGate();
      await ctx.run("keep", () => 2); // here: foreignStep
    };
    await Promise.race([ctx.sleep(10_000), branch()]);
  },
  dateNow: async () => Date.now(), // here: dateNow
  newDate: async () => new Date().toISOString(), // here: newDate
  dateAsFunction: async () => Date(), // here: dateAsFunction
  dateBehindAwait: async (ctx: Context) => {
    await ctx.sleep(10);
    return Date.now(); // here: dateBehindAwait
  },
  dateInThen: async (ctx: Context) =>
    ctx.sleep(10).then(() => {
      return Date.now(); // here: dateInThen
    }),
  dateInBuiltin: async () =>
    [1].map(() => {
      return Date.now(); // here: dateInBuiltin
    }),
  mathRandom: async () => {
    return Math.random(); // here: mathRandom
  },
  mathRandomItself: async () => Array.from({ length: 1 }, Math.random), // here: mathRandomItself
  randomUuid: async () => crypto.randomUUID(), // here: randomUuid
  randomValues: async () => crypto.getRandomValues(new Uint8Array(4)).length, // here: randomValues
  importedRandomUuid: async () => randomUUID(), // here: importedRandomUuid
  importedRandomBytes: async () => randomBytes(4).length, // here: importedRandomBytes
  importedRandomInt: async () => randomInt(10), // here: importedRandomInt
  performanceNow: async () => performance.now(), // here: performanceNow
  timeout: async () => {
    await new Promise((resolve) => {
      setTimeout(resolve, 0); // here: timeout
    });
  },
  interval: async () => {
    clearInterval(setInterval(() => {}, 1000)); // here: interval
  },
  immediate: async () => {
    await new Promise((resolve) => {
      setImmediate(resolve); // here: immediate
    });
  },
  importedTimeout: async () => {
    await wait(0); // here: importedTimeout
  },
  fetched: async () => {
    return (await fetch("data:text/plain,hello")).text(); // here: fetched
  },
};

export const wrong: ServiceDefinition<"Wrong", Record<WrongHandler, Wrong>> = service({
  name: "Wrong",
  handlers,
});

interface ApprovalHandlers {
  run(ctx: WorkflowContext): Promise<string>;
}

export const approval: WorkflowDefinition<"Approval", ApprovalHandlers> = workflow({
  name: "Approval",
  handlers: {
    run: async (ctx: WorkflowContext) => {
      ctx.promise("approved").resolve(true); // here: resolveNotAwaited
      ctx.promise("signed").get(); // here: promiseNotAwaited
      return "done";
    },
  },
});
