import { type Context, type ObjectContext, object, rpc, service } from "@perdure/sdk";

/**
 * A send with a delay. Nobody waits and nothing runs meanwhile: the engine keeps the
 * message and delivers it when the time has come, in five seconds or in five months.
 */

interface Note {
  text: string;
  dueMs: number;
}

export const inbox = object({
  name: "Inbox",
  handlers: {
    put: async (ctx: ObjectContext<{ notes: string[] }>, text: string) => {
      ctx.set("notes", [...((await ctx.get("notes")) ?? []), text]);
    },
    notes: async (ctx: ObjectContext<{ notes: string[] }>) => (await ctx.get("notes")) ?? [],
  },
});

export const reminders = service({
  name: "Reminders",
  handlers: {
    /** Compare `await ctx.sleep(...)` followed by a send: that keeps this invocation open, and its caller waiting. */
    remindLater: async (ctx: Context, { user, text, dueMs }: Note & { user: string }) => {
      const reminder = ctx
        .objectSendClient(inbox, user)
        .put(text, rpc.sendOpts({ delay: { milliseconds: dueMs } }));
      return await reminder.invocationId;
    },
  },
});
