import { describe, expect, it } from "vitest";
import {
  BYTES_MAX,
  COUNT_MAX,
  FACTOR_MAX,
  type Reader,
  readAddress,
  readBytes,
  readChoice,
  readCount,
  readDuration,
  readFactor,
  readHeaderText,
  readLimit,
  readPositiveDuration,
  readText,
} from "./values.ts";

type Row = readonly [name: string, read: Reader<unknown>, text: string, value: unknown];

const readPauseOrKill = readChoice(["pause", "kill"]);

describe("what is right", () => {
  const rows: readonly Row[] = [
    ["address", readAddress, "127.0.0.1:8080", { hostname: "127.0.0.1", port: 8080 }],
    ["address", readAddress, "8080", { hostname: "127.0.0.1", port: 8080 }],
    ["address", readAddress, "localhost:0", { hostname: "localhost", port: 0 }],
    ["address", readAddress, "[::1]:65535", { hostname: "::1", port: 65535 }],
    ["duration", readDuration, "0", 0],
    ["duration", readDuration, "1h 30m", 5_400_000],
    ["duration", readDuration, "PT10S", 10_000],
    ["positive duration", readPositiveDuration, "1ms", 1],
    ["count", readCount, "1", 1],
    ["count", readCount, String(COUNT_MAX), COUNT_MAX],
    ["limit", readLimit, "70", 70],
    ["limit", readLimit, "unlimited", undefined],
    ["factor", readFactor, "1", 1],
    ["factor", readFactor, "1.5", 1.5],
    ["factor", readFactor, String(FACTOR_MAX), FACTOR_MAX],
    ["bytes", readBytes, "1", 1],
    ["bytes", readBytes, "1.5KiB", 1536],
    ["bytes", readBytes, "2 MB", 2_000_000],
    ["bytes", readBytes, String(BYTES_MAX), BYTES_MAX],
    ["bytes", readBytes, "512mib", BYTES_MAX],
    ["text", readText, "./data", "./data"],
    ["header", readHeaderText, "x".repeat(256), "x".repeat(256)],
    ["choice", readPauseOrKill, "kill", "kill"],
  ];

  it.each(rows)("%s %#: %s", (_, read, text, value) => {
    expect(read(text)).toEqual({ value });
  });
});

describe("what is wrong", () => {
  const rows: readonly (readonly [string, Reader<unknown>, string, RegExp])[] = [
    ["address", readAddress, "", /HOST:PORT/],
    ["address", readAddress, "localhost", /HOST:PORT/],
    ["address", readAddress, ":8080", /HOST:PORT/],
    ["address", readAddress, "::1:8080", /\[::1\]:8080/],
    ["address", readAddress, "http://localhost:8080", /HOST:PORT/],
    ["address", readAddress, "localhost:65536", /0 \(any free one\) to 65535/],
    ["address", readAddress, "localhost:-1", /HOST:PORT/],
    ["duration", readDuration, "5", /unit/],
    ["duration", readDuration, "", /empty/],
    ["duration", readDuration, "-1s", /negative/],
    ["duration", readDuration, "1 month", /months/],
    ["positive duration", readPositiveDuration, "0s", /a millisecond at least/],
    ["positive duration", readPositiveDuration, "soon", /unit/],
    ["count", readCount, "0", /from 1 to/],
    ["count", readCount, "1.5", /whole number/],
    ["count", readCount, String(COUNT_MAX + 1), /from 1 to/],
    ["limit", readLimit, "0", /or unlimited/],
    ["limit", readLimit, "none", /or unlimited/],
    ["factor", readFactor, "0.9", /from 1 to/],
    ["factor", readFactor, "1000.1", /from 1 to/],
    ["factor", readFactor, "twice", /for example 2/],
    ["bytes", readBytes, "0", /from 1 byte/],
    ["bytes", readBytes, String(BYTES_MAX + 1), /512MiB/],
    ["bytes", readBytes, "1 TiB", /bytes or a unit/],
    ["bytes", readBytes, "MiB", /bytes or a unit/],
    ["text", readText, " ", /empty/],
    ["header", readHeaderText, "x".repeat(257), /256/],
    ["header", readHeaderText, "a\nb", /printable/],
    ["choice", readPauseOrKill, "stop", /pause or kill/],
  ];

  it.each(rows)("%s %#: %j", (_, read, text, problem) => {
    expect(read(text)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
