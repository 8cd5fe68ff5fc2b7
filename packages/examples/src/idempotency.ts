import { type Context, InvocationIdParser, rpc, service, TerminalError } from "@perdure/sdk";

/** Requests that may come twice and must count once, and results that are fetched later. */

export const printer = {
  pages: 0,
};

export const printShop = service({
  name: "PrintShop",
  handlers: {
    print: async (ctx: Context, text: string) => {
      return await ctx.run("print", () => {
        printer.pages += 1;
        return `page ${printer.pages}: ${text}`;
      });
    },
  },
});

export const office = service({
  name: "Office",
  handlers: {
    /** Inside one handler no key is needed. This one is for two handlers that may want the same page. */
    print: async (ctx: Context, { text, jobId }: { text: string; jobId: string }) => {
      return await ctx.serviceClient(printShop).print(text, rpc.opts({ idempotencyKey: jobId }));
    },

    /** Starts the job and gives its id away... */
    start: async (ctx: Context, { text, jobId }: { text: string; jobId: string }) => {
      const job = ctx.serviceSendClient(printShop).print(text, rpc.sendOpts({ idempotencyKey: jobId }));
      return await job.invocationId;
    },

    /** ...by which anyone can wait for the result, now or later. */
    collect: async (ctx: Context, invocationId: string) => {
      const job = ctx.invocation(InvocationIdParser.fromString(invocationId));
      try {
        return await job.attach<string>();
      } catch (error) {
        if (error instanceof TerminalError && error.code === 404) return "no such job";
        throw error;
      }
    },
  },
});
