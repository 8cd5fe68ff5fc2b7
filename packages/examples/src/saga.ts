import {
  type Context,
  InvocationIdParser,
  type ObjectContext,
  object,
  service,
  TerminalError,
} from "@perdure/sdk";

/**
 * A saga: each step says how it is undone, and when a later one fails for good, or
 * the whole is cancelled, all of that is done in reverse. Plain try and catch.
 */

export const trip = object({
  name: "Trip",
  handlers: {
    book: async (ctx: ObjectContext<{ booked: string[] }>, what: string) => {
      if (what === "sold-out hotel") throw new TerminalError("no room left", { errorCode: 409 });
      ctx.set("booked", [...((await ctx.get("booked")) ?? []), what]);
    },
    unbook: async (ctx: ObjectContext<{ booked: string[] }>, what: string) => {
      ctx.set(
        "booked",
        ((await ctx.get("booked")) ?? []).filter((booked) => booked !== what),
      );
    },
    booked: async (ctx: ObjectContext<{ booked: string[] }>) => (await ctx.get("booked")) ?? [],
  },
});

export const travelAgency = service({
  name: "TravelAgency",
  handlers: {
    bookAll: async (ctx: Context, { traveller, wishes }: { traveller: string; wishes: string[] }) => {
      const bookings = ctx.objectClient(trip, traveller);
      const cancellations = ctx.objectSendClient(trip, traveller);
      const undo: (() => void)[] = [];
      try {
        for (const wish of wishes) {
          // First how to undo it: a cancellation may cut the step off half done.
          undo.push(() => cancellations.unbook(wish));
          await bookings.book(wish);
        }
        // Waits for the customer's signature. A cancellation arrives here, too.
        return await ctx.signal<string>("signed");
      } catch (error) {
        if (!(error instanceof TerminalError)) throw error;
        // A cancellation rejects what is awaited at that moment, once; from here on ctx works as before.
        // Sent, not called: nothing is awaited here that a second cancellation could cut off.
        for (const step of undo.reverse()) step();
        throw error;
      }
    },

    sign: async (ctx: Context, { booking, name }: { booking: string; name: string }) => {
      ctx.invocation(InvocationIdParser.fromString(booking)).signal<string>("signed").resolve(name);
    },

    cancel: async (ctx: Context, booking: string) => {
      ctx.invocation(InvocationIdParser.fromString(booking)).cancel();
    },
  },
});
