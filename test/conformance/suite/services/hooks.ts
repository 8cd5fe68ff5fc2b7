import {
  type Context,
  type HooksProvider,
  handlers,
  isSuspendedError,
  service,
  TerminalError,
} from "@perdure/sdk";
import { isOpen, note } from "../../places/probe.ts";

/** Notes under the handler's input, which is the name of the test. */
function noting(who: string): HooksProvider {
  return ({ request }) => {
    const name = JSON.parse(new TextDecoder().decode(request.body)) as string;
    const say = (what: string): void => void note(name, `${who} ${what}`);
    say("provided");
    return {
      interceptor: {
        handler: async (next) => {
          say("before");
          try {
            await next();
            say("after");
          } catch (error) {
            say(isSuspendedError(error) ? "suspended" : `failed: ${(error as Error).message}`);
            throw error;
          }
        },
        run: async (run, next) => {
          say(`before ${run}`);
          try {
            await next();
            say(`after ${run}`);
          } catch (error) {
            say(`failed ${run}: ${(error as Error).message}`);
            throw error;
          }
        },
      },
    };
  };
}

/** Turns every failure into one of its own. */
const translating: HooksProvider = () => ({
  interceptor: {
    handler: async (next) => {
      try {
        await next();
      } catch (error) {
        if (isSuspendedError(error)) throw error;
        throw new TerminalError(`translated: ${(error as Error).message}`, { errorCode: 451 });
      }
    },
    run: async (_name, next) => {
      try {
        await next();
      } catch {
        throw new TerminalError("translated run", { errorCode: 452 });
      }
    },
  },
});

const swallowing: HooksProvider = () => ({
  interceptor: { handler: async (next) => void (await next().catch(() => {})) },
});

const refusing: HooksProvider = ({ request }) => {
  if (request.headers.get("x-user") === undefined)
    throw new TerminalError("who are you?", { errorCode: 401 });
  return {};
};

const failingLate: HooksProvider = () => ({
  interceptor: {
    handler: async (next) => {
      await next();
      throw new TerminalError("after the handler", { errorCode: 453 });
    },
  },
});

export const hooked = service({
  name: "Hooked",
  handlers: {
    steps: handlers.handler({ hooks: [noting("inner"), () => ({})] }, async (ctx: Context, _name: string) => {
      const one = await ctx.run("one", () => 1);
      const two = await ctx.run("two", () => 2);
      return one + two;
    }),
    waits: async (ctx: Context, _name: string) => {
      await ctx.sleep(20);
      return "waited";
    },
    fails: async (_ctx: Context, _name: string): Promise<string> => {
      throw new TerminalError("as asked");
    },
  },
  options: { hooks: [noting("outer")] },
});

export const translated = service({
  name: "Translated",
  handlers: {
    handler: async (_ctx: Context): Promise<string> => {
      throw new Error("would be retried");
    },
    run: async (ctx: Context) =>
      ctx
        .run("run", () => {
          throw new Error("would be retried");
        })
        .map((_value, failure) => ({ code: failure?.code, message: failure?.message })),
    waits: async (ctx: Context) => {
      await ctx.sleep(10);
      return "waited";
    },
    late: handlers.handler({ hooks: [failingLate] }, async (_ctx: Context) => "not the result"),
  },
  options: { hooks: [translating] },
});

export const swallowed = service({
  name: "Swallowed",
  handlers: {
    swallows: async (_ctx: Context, name: string): Promise<string> => {
      note(name);
      if (isOpen(name)) return "no longer";
      throw new TerminalError("swallowed");
    },
  },
  options: { hooks: [swallowing] },
});

export const guarded = service({
  name: "Guarded",
  handlers: { enter: async (ctx: Context) => `welcome ${ctx.request().headers.get("x-user")}` },
  options: { hooks: [refusing] },
});

export const hookServices = [hooked, translated, swallowed, guarded];
