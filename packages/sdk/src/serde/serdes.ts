import type { StandardSchemaV1 } from "@standard-schema/spec";
import { binarySerde } from "./binary.ts";
import { emptySerde } from "./empty.ts";
import { type AnyJsonSerde, JsonSerde, jsonSerde } from "./json.ts";
import { schemaSerde } from "./schema.ts";
import type { Serde } from "./serde.ts";

/**
 * The serdes that come with this package. Each handler, state access, run and
 * client takes one; `serde.json` is what they use otherwise.
 *
 * @example
 * handlers.handler({ input: serde.schema(Order), output: serde.binary }, async (ctx, order) => print(order));
 */
export const serde: {
  /** JSON with a JSON schema that is shown but not checked. */
  readonly JsonSerde: typeof JsonSerde;
  /** JSON, unchecked. */
  readonly json: AnyJsonSerde;
  /** Bytes as they are. */
  readonly binary: Serde<Uint8Array>;
  /** No value at all. */
  readonly empty: Serde<void>;
  /**
   * JSON checked against a Standard Schema when it is read; see `schemaSerde`.
   * The options are passed on to the schema's library.
   */
  readonly schema: <T extends StandardSchemaV1>(
    schema: T,
    validateOptions?: Record<string, unknown>,
    jsonSchemaOptions?: Record<string, unknown>,
  ) => Serde<StandardSchemaV1.InferOutput<T>>;
} = {
  JsonSerde,
  json: jsonSerde,
  binary: binarySerde,
  empty: emptySerde,
  schema: (schema, validateOptions, jsonSchemaOptions) =>
    schemaSerde(schema, { validateOptions, jsonSchemaOptions }),
};
