import {
  CancelledError,
  type Context,
  InvocationIdParser,
  type ObjectContext,
  object,
  type Service,
  service,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { effect, FLAKY_STEP } from "./effect.ts";

/**
 * What runs while processes are killed. All chance is in the inputs: a handler
 * decides nothing by itself that a replay could decide otherwise.
 */

export const counter = object({
  name: "Counter",
  handlers: {
    add: async (ctx: ObjectContext<{ total: number }>, amount: number) => {
      const total = ((await ctx.get("total")) ?? 0) + amount;
      ctx.set("total", total);
      return total;
    },
  },
});

export interface LogLine {
  readonly from: string;
  readonly n: number;
}

export const log = object({
  name: "Log",
  handlers: {
    append: async (ctx: ObjectContext<{ lines: LogLine[] }>, line: LogLine) => {
      ctx.set("lines", [...((await ctx.get("lines")) ?? []), line]);
    },
  },
});

/** One link does a side effect, waits, counts, and calls the next link. */
export interface ChainInput {
  readonly counter: string;
  /** For each link: how long its side effect takes, and how long it sleeps. */
  readonly links: readonly { readonly workMs: number; readonly sleepMs: number }[];
}

export const chain = service({
  name: "Chain",
  handlers: {
    link: async (ctx: Context, { counter: key, links }: ChainInput): Promise<string[]> => {
      const [link, ...rest] = links;
      if (link === undefined) return [];
      const nonce = await effect(ctx, `link-${rest.length}`, link.workMs);
      await ctx.sleep(link.sleepMs);
      await ctx.objectClient(counter, key).add(1);
      if (rest.length === 0) return [nonce];
      const next = ctx.serviceClient<ChainService>({ name: "Chain" });
      return [nonce, ...(await next.link({ counter: key, links: rest }))];
    },
  },
});
interface ChainService {
  link(ctx: unknown, input: ChainInput): Promise<string[]>;
}

/** Branches that run concurrently, each with a side effect, a count and a sleep, in an order of its own. */
export interface FanInput {
  readonly counter: string;
  readonly branches: readonly {
    readonly workMs: number;
    readonly sleepMs: number;
    readonly sleepFirst: boolean;
  }[];
}

export const fan = service({
  name: "Fan",
  handlers: {
    out: async (ctx: Context, { counter: key, branches }: FanInput) => {
      const finished: number[] = [];
      const branch = async (index: number): Promise<string> => {
        const { workMs, sleepMs, sleepFirst } = branches[index] as FanInput["branches"][number];
        if (sleepFirst) await ctx.sleep(sleepMs);
        const nonce = await effect(ctx, `branch-${index}`, workMs);
        if (!sleepFirst) await Promise.race([ctx.sleep(sleepMs), ctx.sleep(Math.ceil(sleepMs / 2))]);
        await ctx.objectClient(counter, key).add(1);
        finished.push(index);
        return nonce;
      };
      const nonces = await Promise.all(branches.map((_, index) => branch(index)));
      // A command that depends on the order in which the branches finished: a replay must find the same.
      const order = await ctx.run(`order-${finished.join("-")}`, () => finished.join("-"));
      if (order !== finished.join("-")) throw new TerminalError(`was ${order}, is ${finished.join("-")}`);
      return nonces;
    },
  },
});

/** Sends to one object, one after the other, with side effects in between. */
export interface ProducerInput {
  readonly log: string;
  readonly from: string;
  readonly count: number;
  readonly workMs: number;
}

export const producer = service({
  name: "Producer",
  handlers: {
    produce: async (ctx: Context, { log: key, from, count, workMs }: ProducerInput): Promise<string[]> => {
      const nonces: string[] = [];
      for (let n = 0; n < count; n++) {
        ctx.objectSendClient(log, key).append({ from, n });
        if (n % 3 === 0) nonces.push(await effect(ctx, `message-${n}`, workMs));
      }
      return nonces;
    },
  },
});

export interface ApprovalInput {
  readonly workMs: number;
  readonly sleepMs: number;
}

export const approval = workflow({
  name: "Approval",
  handlers: {
    run: async (ctx: WorkflowContext<{ phase: string }>, { workMs, sleepMs }: ApprovalInput) => {
      const before = await effect(ctx, "before", workMs);
      ctx.set("phase", "waiting");
      const by = await ctx.promise<string>("approved");
      await ctx.sleep(sleepMs);
      const after = await effect(ctx, "after", workMs);
      ctx.set("phase", "done");
      return { by, nonces: [before, after] };
    },
    approve: async (ctx: WorkflowSharedContext<{ phase: string }>, by: string) => {
      await ctx.promise<string>("approved").resolve(by);
    },
  },
});

/** Asks another handler for an answer, by an awakeable and by a signal. */
export interface AskInput {
  readonly question: string;
  readonly workMs: number;
}

export const asker = service({
  name: "Asker",
  handlers: {
    ask: async (ctx: Context, { question, workMs }: AskInput) => {
      const { id, promise } = ctx.awakeable<string>();
      const signal = ctx.signal<string>("answered");
      ctx
        .serviceSendClient<Service<typeof answerer>>({ name: "Answerer" })
        .answer({ awakeable: id, invocation: ctx.request().id, question, workMs });
      const [answer, signalled] = await Promise.all([promise, signal]);
      return { answer, signalled };
    },
  },
});

export const answerer = service({
  name: "Answerer",
  handlers: {
    answer: async (
      ctx: Context,
      { awakeable, invocation, question, workMs }: AskInput & { awakeable: string; invocation: string },
    ) => {
      const nonce = await effect(ctx, "answer", workMs);
      ctx.resolveAwakeable(awakeable, `${question}: ${nonce}`);
      ctx.invocation(InvocationIdParser.fromString(invocation)).signal<string>("answered").resolve(nonce);
    },
  },
});

/** Starts a saga, cancels it in the middle, and gives what it did to compensate. */
export interface SagaInput {
  readonly counter: string;
  readonly workMs: number;
}

export const saga = service({
  name: "Saga",
  handlers: {
    book: async (ctx: Context, { counter: key, workMs, started }: SagaInput & { started: string }) => {
      const booked = await effect(ctx, "book", workMs);
      await ctx.objectClient(counter, key).add(1);
      ctx.resolveAwakeable(started);
      try {
        await ctx.sleep({ hours: 1 });
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        const released = await effect(ctx, "release", workMs);
        await ctx.objectClient(counter, key).add(-1);
        return [booked, released];
      }
      throw new TerminalError("the saga was not cancelled");
    },
    bookAndCancel: async (ctx: Context, input: SagaInput): Promise<string[]> => {
      const started = ctx.awakeable<void>();
      const sends = ctx.serviceSendClient<SagaService>({ name: "Saga" });
      const { invocationId } = sends.book({ ...input, started: started.id });
      await started.promise;
      const booking = ctx.invocation(await invocationId);
      booking.cancel();
      return await booking.attach<string[]>();
    },
  },
});
interface SagaService {
  book(ctx: unknown, input: SagaInput & { started: string }): Promise<string[]>;
}

/** Runs that fail at times, and are retried by the run's own policy or by the invocation's. */
export interface FlakyInput {
  readonly workMs: number;
  /** For each run: how often its attempts fail, and whether the run has a policy of its own. */
  readonly runs: readonly { readonly failing: number; readonly ownPolicy: boolean }[];
}

export const flaky = service({
  name: "Flaky",
  handlers: {
    try: async (ctx: Context, { workMs, runs }: FlakyInput): Promise<string[]> => {
      const nonces: string[] = [];
      for (const [index, { failing, ownPolicy }] of runs.entries()) {
        const options = ownPolicy ? { initialRetryInterval: 10, maxRetryInterval: 50 } : {};
        nonces.push(await effect(ctx, `${FLAKY_STEP}${index}`, workMs, { failing, options }));
      }
      return nonces;
    },
  },
});

export const services = [counter, log, chain, fan, producer, approval, asker, answerer, saga, flaky] as const;
