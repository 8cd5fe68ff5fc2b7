import { type Context, RetryableError, service, TerminalError } from "@perdure/sdk";

/** What is not a handler (a database, an HTTP API) is reached inside `ctx.run`, which keeps the result. */

/** Stands for an API on the internet. */
export const weatherApi = {
  requests: 0,
  fetch: async (city: string): Promise<{ status: number; degrees: number }> => {
    weatherApi.requests += 1;
    if (city === "Atlantis") return { status: 404, degrees: 0 };
    // Busy at first, as such things are.
    return weatherApi.requests % 3 === 0 ? { status: 200, degrees: 21 } : { status: 503, degrees: 0 };
  },
};

export const weather = service({
  name: "Weather",
  handlers: {
    degrees: async (ctx: Context, city: string) => {
      const read = async (): Promise<number> => {
        const { status, degrees } = await weatherApi.fetch(city);
        // What a TerminalError says is the result. Any other error is tried again.
        if (status === 404) throw new TerminalError(`there is no ${city}`, { errorCode: 404 });
        if (status !== 200)
          throw new RetryableError(`status ${status}`, { retryAfter: { milliseconds: 20 } });
        return degrees;
      };
      // After ten attempts the run fails with a TerminalError, which could be caught here.
      const degrees = await ctx.run("read the weather", read, { maxRetryAttempts: 10 });

      // Time and chance have their own: what they gave is given again in a replay.
      return { degrees, at: await ctx.date.now(), id: ctx.rand.uuidv4() };
    },
  },
});
