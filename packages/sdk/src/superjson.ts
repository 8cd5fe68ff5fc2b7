import SuperJSON from "superjson";
import { RestateError } from "./errors.ts";
import { messageOf } from "./serde/json.ts";
import type { Serde } from "./serde/serde.ts";
import { decodeUtf8, encodeUtf8 } from "./serde/utf8.ts";

/**
 * `@perdure/sdk/superjson`: values that plain JSON loses, by way of superjson.
 */

/** What superjson writes: the value as far as JSON goes, and what is missing to it. */
interface Envelope {
  readonly json: unknown;
  readonly meta?: unknown;
}

export interface SuperjsonSerdeOptions {
  /** An instance with its own registered classes and transformers. */
  readonly superjson?: Pick<SuperJSON, "serialize" | "deserialize"> | undefined;
  /** Of what is sent; shown, not checked. */
  readonly jsonSchema?: object | undefined;
}

const NO_BYTES = new Uint8Array(0);

/**
 * Keeps `Date`, `Map`, `Set`, `BigInt`, `undefined`, `RegExp`, `URL`, `Error` and
 * shared references, in the format of superjson: `{"json": ..., "meta": ...}`.
 *
 * Plain JSON is read as well, unless it is an object with no other keys than
 * `json` and `meta`. So `curl -d '"hello"'` works, and so does a handler that was
 * switched over from `serde.json`. For the same reason the content type is
 * `application/json`: the text is JSON, and the ingress would refuse what `curl`
 * and browsers send if it had a type of its own.
 *
 * `undefined` itself becomes no bytes, as in `serde.json`.
 *
 * @example
 * const options = { serde: superjsonSerde() }; // for all of a service
 * ctx.set("seen", new Map([["a", new Date(0)]]), superjsonSerde<Map<string, Date>>());
 */
export function superjsonSerde<T = unknown>(options: SuperjsonSerdeOptions = {}): Serde<T> {
  const instance = options.superjson ?? SuperJSON;
  const read = (text: string): T => {
    const parsed = parse(text);
    return isEnvelope(parsed) ? instance.deserialize<T>(parsed as never) : (parsed as T);
  };
  return {
    contentType: "application/json",
    ...(options.jsonSchema !== undefined && { jsonSchema: options.jsonSchema }),
    serialize: (value) =>
      value === undefined ? NO_BYTES : encodeUtf8(JSON.stringify(instance.serialize(value))),
    deserialize: (data) => (data.length === 0 ? (undefined as T) : read(decodeUtf8(data, "superjson"))),
    preview: {
      // Plain where possible: that is what people want to see, and it reads back the same.
      toJsonString(value) {
        const envelope: Envelope = instance.serialize(value);
        const isPlain = envelope.meta === undefined && !isEnvelope(envelope.json);
        return JSON.stringify(isPlain ? envelope.json : envelope);
      },
      fromJsonString: read,
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RestateError(`Not superjson: ${messageOf(cause)}`, { cause });
  }
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "json")) return false;
  return Object.keys(value).every((key) => key === "json" || key === "meta");
}
