import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { RestateError } from "../errors.ts";
import { escapePointer, JsonSerde } from "./json.ts";
import type { Serde } from "./serde.ts";

/** What may be said beside the schema. */
export interface SchemaSerdeOptions {
  /** Passed to the schema's `validate` as `libraryOptions`. */
  readonly validateOptions?: Record<string, unknown> | undefined;
  /** Passed to the schema's JSON schema converter as `libraryOptions`. */
  readonly jsonSchemaOptions?: Record<string, unknown> | undefined;
  /** Instead of what the schema's own converter makes. */
  readonly jsonSchema?: object | undefined;
}

/** The dialect that the admin API and the UI understand. */
const TARGET = "draft-2020-12";

/**
 * JSON that is checked when it is read: {@link Serde.deserialize} gives what the
 * schema makes of it, defaults and transformations included. What is written is
 * not checked.
 *
 * `deserialize` throws a `RestateError` that lists each issue with its JSON
 * pointer, and a `TypeError` if the schema validates asynchronously.
 *
 * The content type is JSON even if the schema accepts `undefined`: an empty body
 * without content type stays allowed, as for every JSON handler, and a body is
 * not refused, which an optional input needs.
 *
 * The JSON schema is that of the schema's *input* side: it describes what may be
 * sent. It is absent if the schema has no converter, or if that fails.
 */
export function schemaSerde<T extends StandardSchemaV1>(
  schema: T,
  options: SchemaSerdeOptions = {},
): Serde<StandardSchemaV1.InferOutput<T>> {
  const json = new JsonSerde<unknown>();
  const jsonSchema = options.jsonSchema ?? convert(schema, options.jsonSchemaOptions);
  const libraryOptions = options.validateOptions;
  return {
    contentType: json.contentType,
    ...(jsonSchema !== undefined && { jsonSchema }),
    serialize: (value) => json.serialize(value),
    deserialize: (data) => validate(schema, json.deserialize(data), libraryOptions),
  };
}

function validate<T extends StandardSchemaV1>(
  schema: T,
  value: unknown,
  libraryOptions: Record<string, unknown> | undefined,
): StandardSchemaV1.InferOutput<T> {
  const standard = schema["~standard"];
  const result = standard.validate(value, libraryOptions && { libraryOptions });
  if (isPromiseLike(result)) {
    // It may reject, and nobody will look at it.
    result.then(undefined, () => {});
    throw new TypeError(
      `The schema (${standard.vendor}) validates asynchronously, which a serde cannot; make its checks synchronous`,
    );
  }
  if (result.issues === undefined) return result.value as StandardSchemaV1.InferOutput<T>;
  throw new RestateError(
    `The value does not match the schema:\n${result.issues.map(describeIssue).join("\n")}`,
    {
      cause: result.issues,
    },
  );
}

function describeIssue(issue: StandardSchemaV1.Issue): string {
  const path = (issue.path ?? []).map((part) =>
    escapePointer(String(typeof part === "object" ? part.key : part)),
  );
  return path.length === 0 ? `* ${issue.message}` : `* (at /${path.join("/")}) ${issue.message}`;
}

function convert(
  schema: StandardSchemaV1,
  libraryOptions: Record<string, unknown> | undefined,
): object | undefined {
  const standard: Partial<StandardJSONSchemaV1.Props> = schema["~standard"];
  try {
    return standard.jsonSchema?.input({ target: TARGET, libraryOptions });
  } catch {
    // Not every schema has a JSON form, and the handler works without one.
    return undefined;
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}
