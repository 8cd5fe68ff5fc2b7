import { parseDuration } from "../http/duration.ts";
import type { FaceAddress } from "../http/face.ts";

/** The value of an option as read, or what is wrong with it and what to write instead. */
export type Read<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: string };

/** How the text of an option becomes its value. */
export type Reader<T> = (text: string) => Read<T>;

const PORT_MAX = 65_535;

/** `HOST:PORT`, `[::1]:PORT`, or a port alone, which stands on loopback. */
export const readAddress: Reader<FaceAddress> = (text) => {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d+)$/.exec(text) ?? [];
  if (digits === undefined) {
    return { problem: "it is no address; write HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080" };
  }
  const port = Number(digits);
  if (port > PORT_MAX) return { problem: `a port is a number from 0 (any free one) to ${PORT_MAX}` };
  return { value: { hostname: bracketed ?? plain ?? "127.0.0.1", port } };
};

/** In milliseconds. */
export const readDuration: Reader<number> = (text) => {
  const { ms, problem } = parseDuration(text);
  return problem === undefined ? { value: ms } : { problem };
};

/** A duration that is not zero, in milliseconds. */
export const readPositiveDuration: Reader<number> = (text) => {
  const read = readDuration(text);
  return read.value === 0 ? { problem: "it has to be a millisecond at least" } : read;
};

/** The largest count that an option takes. */
export const COUNT_MAX = 1_000_000_000;

/** A whole number from 1 on. */
export const readCount: Reader<number> = (text) => {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= COUNT_MAX) return { value };
  return { problem: `it has to be a whole number from 1 to ${COUNT_MAX}` };
};

/** A whole number from 1 on, or `unlimited`, which is `undefined`. */
export const readLimit: Reader<number | undefined> = (text) => {
  if (text === "unlimited") return { value: undefined };
  const { value } = readCount(text);
  return value === undefined
    ? { problem: `it has to be a whole number from 1 to ${COUNT_MAX}, or unlimited` }
    : { value };
};

/** By how much each wait may be longer than the one before, at most. */
export const FACTOR_MAX = 1000;

/** A number from 1 on, with decimals. */
export const readFactor: Reader<number> = (text) => {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= FACTOR_MAX) return { value };
  return { problem: `it has to be a number from 1 to ${FACTOR_MAX}, for example 2 or 1.5` };
};

const BYTE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** Sizes have to stay well below what one record of the store can hold. */
export const BYTES_MAX: number = 512 * 2 ** 20;

/** A size in bytes, with or without a unit. */
export const readBytes: Reader<number> = (text) => {
  const [, number = "", unit = ""] = /^(\d{1,10}(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = BYTE_UNITS[unit.toLowerCase()];
  if (number === "" || factor === undefined) {
    return { problem: "it is no size; write bytes or a unit, for example 1048576, 512KiB or 32MiB" };
  }
  const value = Math.floor(Number(number) * factor);
  if (value >= 1 && value <= BYTES_MAX) return { value };
  return { problem: "it has to be from 1 byte to 512MiB" };
};

/** Text that is not empty. */
export const readText: Reader<string> = (text) =>
  text.trim() === "" ? { problem: "it is empty" } : { value: text };

/** Characters that stand in a header as they are. */
export const readHeaderText: Reader<string> = (text) =>
  /^[!-~]{1,256}$/.test(text)
    ? { value: text }
    : { problem: "it has to be 1 to 256 printable ASCII characters, without spaces" };

/** One of these words. */
export function readChoice<T extends string>(choices: readonly T[]): Reader<T> {
  return (text) => {
    const value = choices.find((choice) => choice === text);
    return value === undefined ? { problem: `it has to be ${choices.join(" or ")}` } : { value };
  };
}
