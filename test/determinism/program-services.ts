import { type Context, service, TerminalError } from "@perdure/sdk";
import { interpret } from "./interpret.ts";
import type { Program } from "./program.ts";

/** What random programs call. */
export const worker = service({
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

/** By a timer of the process. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs random programs. `pause` is how long what happens in a run takes. */
export function createRunner(pause: (ms: number) => Promise<void>) {
  return service({
    name: "Runner",
    handlers: { run: async (ctx: Context, program: Program) => interpret(ctx, program, pause) },
  });
}
