import { type Context, implement, service } from "@perdure/sdk";
import { polyglot } from "./contract.ts";

/** Who serves the contract... */
export const polyglotService = implement(polyglot, {
  handlers: {
    greet: async (_ctx, { name, language }) => (language === "de" ? `Hallo, ${name}!` : `Hello, ${name}!`),
    languages: async () => ["en", "de"],
  },
});

/** ...and who calls it. `ctx.client` takes contracts of every kind, and uses their serdes. */
export const byContract = service({
  name: "ByContract",
  handlers: {
    greetInAll: async (ctx: Context, name: string) => {
      const languages = await ctx.client(polyglot).languages();
      return await Promise.all(
        languages.map((language) =>
          ctx.client(polyglot).greet({ name, language: language === "de" ? "de" : "en" }),
        ),
      );
    },
  },
});
