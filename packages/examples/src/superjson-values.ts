import { type Context, type ObjectContext, object, service } from "@perdure/sdk";
import { superjsonSerde } from "@perdure/sdk/superjson";

/** Dates, Maps, Sets and BigInts stay what they are: in calls, in state and in results of runs. */

// One line per definition: input, output, state, runs and all the rest.
const options = { serde: superjsonSerde() };

export interface Visit {
  readonly at: Date;
  readonly pages: Set<string>;
}

export const visitors = object({
  name: "Visitors",
  options,
  handlers: {
    record: async (ctx: ObjectContext<{ visits: Map<string, Visit> }>, visit: Visit) => {
      const visits = (await ctx.get("visits")) ?? new Map<string, Visit>();
      visits.set(visit.at.toISOString(), visit);
      ctx.set("visits", visits);
      return visits;
    },
  },
});

export const analytics = service({
  name: "Analytics",
  options,
  handlers: {
    lastVisit: async (ctx: Context, visit: Visit) => {
      // Callers use the serde that the definition names.
      const visits = await ctx.objectClient(visitors, "everyone").record(visit);
      const times = [...visits.values()].map(({ at }) => at.getTime());
      return { at: new Date(Math.max(...times)), visits: BigInt(visits.size) };
    },
  },
});
