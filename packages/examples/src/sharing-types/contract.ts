import { iface } from "@perdure/sdk";
import { z } from "zod";

/** A contract: name, types and serdes as a value, without an implementation. Made to be a package of its own. */

const Guest = z.object({ name: z.string(), language: z.enum(["en", "de"]).default("en") });

export const polyglot = iface.service("Polyglot", {
  greet: iface.schemas({ input: Guest, output: z.string() }),
  languages: iface.json<void, string[]>(),
});
