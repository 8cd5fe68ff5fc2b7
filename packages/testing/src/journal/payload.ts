import { type Place, wrong } from "./place.ts";

/**
 * A payload as it stands in a recorded journal: the most readable form that gives
 * exactly the same bytes again.
 *
 * - `json`: the bytes are JSON as `JSON.stringify` writes it.
 * - `text`: they are UTF-8.
 * - `base64`: they are anything else.
 * - `redacted`: somebody took them out.
 */
export type RecordedPayload =
  | { readonly json: unknown }
  | { readonly text: string }
  | { readonly base64: string }
  | { readonly redacted: true };

/** Stands for a text that somebody took out. */
export const REDACTED = "[redacted]";

/** JSON that is nested deeper is kept as text, since reading it takes a stack. */
const JSON_DEPTH_MAX = 200;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function toRecordedPayload(bytes: Uint8Array): RecordedPayload {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString("base64") };
  }
  const json = parseExactly(text);
  return json === undefined ? { text } : { json: json.value };
}

/** The bytes again. A redacted payload gives the JSON of {@link REDACTED}. */
export function fromRecordedPayload(payload: RecordedPayload): Uint8Array {
  if ("json" in payload) return encoder.encode(JSON.stringify(payload.json));
  if ("text" in payload) return encoder.encode(payload.text);
  if ("base64" in payload) return new Uint8Array(Buffer.from(payload.base64, "base64"));
  return encoder.encode(JSON.stringify(REDACTED));
}

export function readPayload(value: unknown, place: Place): RecordedPayload {
  const fields = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [field, content] = fields[0] ?? [];
  if (fields.length === 1) {
    if (field === "json") return { json: content };
    if (field === "text" && typeof content === "string") return { text: content };
    if (field === "redacted" && content === true) return { redacted: true };
    if (field === "base64" && typeof content === "string") {
      if (Buffer.from(content, "base64").toString("base64") === content) return { base64: content };
      throw wrong(place, "the base64 is damaged: it does not give the same text again");
    }
  }
  throw wrong(
    place,
    'a payload is one of { "json": ... }, { "text": "..." }, { "base64": "..." } and { "redacted": true }',
  );
}

/** The value of JSON text that can be written again letter by letter. */
function parseExactly(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isShallow(value, JSON_DEPTH_MAX)) return undefined;
    return JSON.stringify(value) === text ? { value } : undefined;
  } catch {
    return undefined;
  }
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}
