import { type Context, type ServiceDefinition, service } from "@perdure/sdk";

/** How many steps the explored handler takes. */
export const STEPS = 20;

interface Steps {
  go(ctx: Context): Promise<number>;
}

/** Twenty steps: a run, a call, a run, a call... `done` is told after each, in each attempt. */
export function createSteps(
  effects: Set<number>,
  done: (step: number) => unknown = () => {},
): ServiceDefinition<"Steps", Steps> {
  return service({
    name: "Steps",
    handlers: {
      go: async (ctx: Context) => {
        let sum = 0;
        for (let step = 1; step <= STEPS; step += 1) {
          sum +=
            step % 2 === 1
              ? await ctx.run(`step ${step}`, () => {
                  effects.add(step);
                  return step;
                })
              : await ctx.serviceClient(echo).echo(step);
          await done(step);
        }
        return sum;
      },
    },
  });
}

interface Echo {
  echo(ctx: Context, n: number): Promise<number>;
}

export const echo: ServiceDefinition<"Echo", Echo> = service({
  name: "Echo",
  handlers: { echo: async (_ctx: Context, n: number) => n },
});

/** What the handler returns. */
export const SUM: number = (STEPS * (STEPS + 1)) / 2;
