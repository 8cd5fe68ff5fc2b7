import type { $ZodType, output } from "zod/v4/core";
import { toJSONSchema } from "zod/v4/core";
import { schemaSerde } from "./serde/schema.ts";
import type { Serde } from "./serde/serde.ts";

/**
 * `@perdure/sdk/zod`: serdes from zod 4 schemas (also those of `zod/mini`).
 *
 * `serde.schema` takes zod schemas too. The difference is the JSON schema: here
 * parts that have none (dates, transformations, custom checks) are left open,
 * there the whole of it would be missing.
 */

/**
 * JSON checked by zod when it is read. A `z.void()` stands for no value at all:
 * it has no content type, and as an input the ingress refuses any body.
 *
 * `deserialize` throws a `RestateError` that lists each issue with its JSON
 * pointer, and a `TypeError` if the schema has asynchronous checks.
 *
 * @example
 * const Order = z.object({ item: z.string(), amount: z.int().positive() });
 * handlers.handler({ input: zodSerde(Order) }, async (ctx, order) => order.amount);
 */
export function zodSerde<T extends $ZodType>(type: T): Serde<output<T>> {
  const checked = schemaSerde(type, { jsonSchema: jsonSchemaOf(type) }) as Serde<output<T>>;
  if (!VOID_TYPES.has(type._zod.def.type)) return checked;
  return {
    serialize: (value) => checked.serialize(value),
    deserialize: (data) => checked.deserialize(data),
  };
}

/** The name under which zod users know it: `serde.zod(type)`. */
export const serde: { readonly zod: typeof zodSerde } = { zod: zodSerde };

const VOID_TYPES: ReadonlySet<string> = new Set(["void", "undefined"]);

function jsonSchemaOf(type: $ZodType): object | undefined {
  try {
    return toJSONSchema(type, { unrepresentable: "any", io: "input" });
  } catch {
    // A cycle without a name, for example; the handler works without a schema.
    return undefined;
  }
}
