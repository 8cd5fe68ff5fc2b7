import { RestateError } from "../errors.ts";
import type { Serde } from "./serde.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

const NO_BYTES = new Uint8Array(0);

/**
 * Values as JSON text. `undefined` becomes no bytes at all, and no bytes become
 * `undefined`. Nothing is checked against `jsonSchema`; for that see `serde.schema`.
 *
 * The bytes of a value are always the same: object keys stand in the order in
 * which they were set, which a round trip keeps.
 *
 * Throws a `RestateError` that names the place if a value has no JSON form, or
 * if the bytes are not JSON.
 */
export class JsonSerde<T> implements Serde<T> {
  readonly contentType = "application/json";
  readonly jsonSchema?: object;

  constructor(jsonSchema?: object) {
    if (jsonSchema !== undefined) this.jsonSchema = jsonSchema;
  }

  serialize(value: T): Uint8Array {
    if (value === undefined) return NO_BYTES;
    return encodeUtf8(stringify(value));
  }

  deserialize(data: Uint8Array): T {
    if (data.length === 0) return undefined as T;
    const text = decodeUtf8(data, "JSON");
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new RestateError(`Not JSON: ${messageOf(cause)}`, {
        cause,
        hint: "Send JSON, or give the handler the serde that fits what is sent.",
      });
    }
  }

  /** @deprecated Use `new JsonSerde(schema)`, or `serde.schema` which also checks values. */
  schema<U>(schema: object): Serde<U> {
    return new JsonSerde<U>(schema);
  }
}

/**
 * JSON of any type: stands where a serde of a certain type is wanted, and leaves
 * the type `unknown` where nothing else says it.
 */
export interface AnyJsonSerde {
  readonly contentType: string;
  readonly jsonSchema?: object;
  serialize(value: unknown): Uint8Array;
  deserialize<T = unknown>(data: Uint8Array): T;
  /** @deprecated Use `new JsonSerde(schema)`, or `serde.schema` which also checks values. */
  schema<U>(schema: object): Serde<U>;
}

/** The default serde. */
export const jsonSerde: AnyJsonSerde = new JsonSerde<unknown>() as AnyJsonSerde;

function stringify(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const found = findUnserializable(value, "", []);
    const problem = found ?? messageOf(cause);
    throw new RestateError(`Cannot write the value as JSON: ${problem}`, {
      cause,
      hint: "Convert such values, or use a serde that knows them, for example superjsonSerde.",
    });
  }
  if (text === undefined) {
    throw new RestateError(`Cannot write the value as JSON: it is a ${typeof value}`);
  }
  return text;
}

/** How deep the search for what cannot be written goes. */
export const SEARCH_DEPTH_MAX = 200;

/** Only walked after `JSON.stringify` has failed: what stands in its way, and where. */
function findUnserializable(value: unknown, path: string, above: readonly object[]): string | undefined {
  if (typeof value === "bigint") return `a BigInt (at ${path || "/"})`;
  if (typeof value !== "object" || value === null) return undefined;
  if (above.includes(value)) return `a reference back to an enclosing object (at ${path || "/"})`;
  if (above.length >= SEARCH_DEPTH_MAX) return undefined;
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") return undefined;
  for (const [key, child] of Object.entries(value)) {
    const found = findUnserializable(child, `${path}/${escapePointer(key)}`, [...above, value]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A property name as a part of a JSON pointer (RFC 6901). */
export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
