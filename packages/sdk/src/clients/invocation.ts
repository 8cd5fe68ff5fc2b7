import { type Connection, optionsOf } from "./connection.ts";
import type { IngressInvocation } from "./ingress.ts";
import { attach, output, type ResultQuery } from "./retrieve.ts";

/** A handle of an invocation, for `attach` and `output`. */
export function createInvocation<O>(
  connection: Connection,
  query: Omit<ResultQuery, "options">,
): IngressInvocation<O> {
  return {
    attach: async (opts) => (await attach(connection, { ...query, options: optionsOf("attach", opts) })) as O,
    output: async (opts) =>
      (await output(connection, { ...query, options: optionsOf("output", opts) })) as Awaited<
        ReturnType<IngressInvocation<O>["output"]>
      >,
  };
}
