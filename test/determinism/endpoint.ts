import { type Context, serve, service, TerminalError } from "@perdure/sdk";
import { announceReady, portFromEnvironment } from "../support/ready.ts";
import { interpret } from "./interpret.ts";
import type { Program } from "./program.ts";

/** Serves random programs and what they call; a process of its own, to be killed at any instant. */

const worker = service({
  name: "Worker",
  handlers: {
    work: async (ctx: Context, { label, ms, fail }: { label: string; ms: number; fail: boolean }) => {
      await ctx.sleep(ms);
      if (fail) throw new TerminalError(`failed ${label}`);
      return label;
    },
    note: async (_ctx: Context, _trace: string) => {},
  },
});

const runner = service({
  name: "Runner",
  handlers: {
    run: async (ctx: Context, program: Program) => interpret(ctx, program, pause),
  },
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export type Runner = typeof runner;

const { port } = await serve({ services: [worker, runner], port: portFromEnvironment() });
announceReady(port);
