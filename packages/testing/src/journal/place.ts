import { JournalFormatError } from "./format-error.ts";

/** Where something stands that is being read. */
export interface Place {
  readonly source: string | undefined;
  readonly where: string;
}

export function at(place: Place, part: string | number): Place {
  const step = typeof part === "number" ? `[${part}]` : place.where === "" ? part : `.${part}`;
  return { source: place.source, where: place.where + step };
}

export function wrong(place: Place, problem: string): JournalFormatError {
  return new JournalFormatError(problem, place);
}

export function readText(value: unknown, place: Place): string {
  if (typeof value === "string") return value;
  throw wrong(place, `this has to be a text, not ${nameOf(value)}`);
}

export function readCount(value: unknown, place: Place): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(place, `this has to be a whole number from 0 on, not ${nameOf(value)}`);
}

export function readList(value: unknown, place: Place): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(place, `this has to be a list, not ${nameOf(value)}`);
}

export function readRecord(value: unknown, place: Place): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw wrong(place, `this has to be an object, not ${nameOf(value)}`);
}

/** Refuses fields that nobody reads: they are typing errors, or of another format. */
export function onlyFields(
  record: Readonly<Record<string, unknown>>,
  known: readonly string[],
  place: Place,
): void {
  const unknown = Object.keys(record).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw wrong(at(place, unknown), `no such field stands here; there can be ${known.join(", ")}`);
}

const SHOWN_CHARS_MAX = 60;

export function nameOf(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
}
