/**
 * Durations as text: ISO 8601 (`PT1H30M`) and the friendly form (`1h 30m`, `90 mins`,
 * `01:30:00`), both of which clients and operators may write; the friendly one is
 * what they read.
 *
 * 1. Units come from the largest to the smallest, each at most once. Only the last
 *    one may have a fraction, and only hours and smaller ones.
 * 2. Months and years have no fixed length and are refused.
 * 3. What is shorter than a millisecond is dropped from the sum.
 */

export type ParsedDuration =
  | { readonly ms: number; readonly problem?: undefined }
  | { readonly ms?: undefined; readonly problem: string };

/** So that the time it leads to has a year of four digits: a delay of up to five thousand years. */
export const DURATION_MS_MAX: number = 5000 * 365 * 86_400_000;

const UNITS = [
  "week",
  "day",
  "hour",
  "minute",
  "second",
  "millisecond",
  "microsecond",
  "nanosecond",
] as const;
type Unit = (typeof UNITS)[number];

const NANOS: Readonly<Record<Unit, bigint>> = {
  week: 604_800_000_000_000n,
  day: 86_400_000_000_000n,
  hour: 3_600_000_000_000n,
  minute: 60_000_000_000n,
  second: 1_000_000_000n,
  millisecond: 1_000_000n,
  microsecond: 1_000n,
  nanosecond: 1n,
};

const FRIENDLY_UNITS: ReadonlyMap<string, Unit | "calendar"> = new Map([
  ...names("calendar", "y yr yrs year years mo mos month months"),
  ...names("week", "w wk wks week weeks"),
  ...names("day", "d day days"),
  ...names("hour", "h hr hrs hour hours"),
  ...names("minute", "m min mins minute minutes"),
  ...names("second", "s sec secs second seconds"),
  ...names("millisecond", "ms msec msecs milli millis millisecond milliseconds"),
  ...names("microsecond", "us µs μs usec usecs micro micros microsecond microseconds"),
  ...names("nanosecond", "ns nsec nsecs nano nanos nanosecond nanoseconds"),
]);

function names<T extends string>(unit: T, text: string): [string, T][] {
  return text.split(" ").map((name) => [name, unit]);
}

/** Parses either form. */
export function parseDuration(text: string): ParsedDuration {
  if (text === "") return { problem: "it is empty; write for example 10s or PT10S" };
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === "0") return { ms: 0 };
  const parsed = /^p/i.test(rest) ? parseIso(rest) : parseFriendly(rest, sign !== "");
  if (typeof parsed === "string") return { problem: parsed };
  const nanos = sign === "-" || parsed.ago ? -parsed.nanos : parsed.nanos;
  if (nanos < 0n) return { problem: "it is negative" };
  const ms = Number(nanos / 1_000_000n);
  if (ms > DURATION_MS_MAX) return { problem: "it is longer than 5000 years" };
  return { ms };
}

interface Sum {
  readonly nanos: bigint;
  readonly ago: boolean;
}

const ISO_UNITS: Readonly<Record<string, Unit>> = {
  "W date": "week",
  "D date": "day",
  "H time": "hour",
  "M time": "minute",
  "S time": "second",
};

const CALENDAR_PROBLEM = "months and years differ in length; use units of days or smaller";

function parseIso(text: string): Sum | string {
  const match = /^p((?:\d+[ymwd])*)(?:(t)((?:\d+(?:[.,]\d{1,9})?[hms])*))?$/i.exec(text);
  if (match === null) return `"${text}" is no ISO 8601 duration; write for example PT1H30M`;
  const [, dates = "", hasTime, times = ""] = match;
  if (hasTime !== undefined && times === "") return "no time follows the T";
  const parts: Part[] = [];
  for (const [, number = "", letter = ""] of dates.matchAll(/(\d+)([ymwd])/gi)) {
    const unit = ISO_UNITS[`${letter.toUpperCase()} date`];
    if (unit === undefined) return CALENDAR_PROBLEM;
    parts.push({ number, unit });
  }
  for (const [, number = "", letter = ""] of times.matchAll(/([\d.,]+)([hms])/gi)) {
    const unit = ISO_UNITS[`${letter.toUpperCase()} time`] as Unit;
    parts.push({ number, unit });
  }
  const nanos = sum(parts);
  return typeof nanos === "string" ? nanos : { nanos, ago: false };
}

function parseFriendly(text: string, isSigned: boolean): Sum | string {
  const parts: Part[] = [];
  let rest = text;
  let isCalendar = false;
  let sawClock = false;
  while (rest !== "" && !/^ago\s*$/.test(rest)) {
    const clock = /^(\d+):(\d{2}):(\d{2}(?:[.,]\d{1,9})?)\s*/.exec(rest);
    const part = /^(\d+(?:[.,]\d{1,9})?)\s*(\p{L}+)(?:,\s+|\s*)/u.exec(rest);
    const unit = FRIENDLY_UNITS.get(part?.[2] ?? "");
    if (clock !== null && !sawClock) {
      sawClock = true;
      const [, hours = "", minutes = "", seconds = ""] = clock;
      parts.push({ number: hours, unit: "hour" }, { number: minutes, unit: "minute" });
      parts.push({ number: seconds, unit: "second" });
    } else if (part === null || unit === undefined) {
      return `"${rest}" is not a number with its unit; write for example 1h 30m`;
    } else if (unit === "calendar") {
      isCalendar = true;
    } else {
      parts.push({ number: part[1] as string, unit });
    }
    rest = rest.slice((clock ?? (part as RegExpExecArray))[0].length);
  }
  const ago = rest !== "";
  if (isCalendar) return CALENDAR_PROBLEM;
  if (parts.length === 0) return `"${text}" has no number with a unit`;
  if (ago && isSigned) return "it has both a sign and `ago`";
  const nanos = sum(parts);
  return typeof nanos === "string" ? nanos : { nanos, ago };
}

interface Part {
  readonly number: string;
  readonly unit: Unit;
}

function sum(parts: readonly Part[]): bigint | string {
  if (parts.length === 0) return "no number with a unit follows";
  let total = 0n;
  let last = -1;
  for (const [index, { number, unit }] of parts.entries()) {
    const rank = UNITS.indexOf(unit);
    if (rank <= last) return `${unit}s have to come before smaller units, and only once`;
    last = rank;
    const [whole = "0", fraction] = number.split(/[.,]/);
    if (whole.length > 18) return "the number is too large";
    total += BigInt(whole) * NANOS[unit];
    if (fraction === undefined) continue;
    if (index !== parts.length - 1) return "only the smallest unit may have a fraction";
    if (unit === "week" || unit === "day" || unit === "nanosecond") return `${unit}s can't have a fraction`;
    total += (BigInt(fraction.padEnd(9, "0")) * NANOS[unit]) / 1_000_000_000n;
  }
  return total;
}

/** The friendly form, for example `1d 2h`, `1m 30s`, `0s`. Of what is shorter than a millisecond nothing is shown. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.floor(ms));
  const parts: string[] = [];
  for (const [unit, size] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
    ["ms", 1],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  return parts.length === 0 ? "0s" : parts.join(" ");
}
