import { expect, test } from "vitest";
import { toUrl } from "./face.ts";
import { toHeaders } from "./headers.ts";
import { fromWire, isPrintable, splitTarget } from "./message.ts";
import { queryParameter } from "./query.ts";
import { toOffsetTimestamp, toTimestamp } from "./timestamp.ts";

test.each([
  ["/a/b", "/a/b", "/a/b", ""],
  ["/a/b?x=1&y", "/a/b?x=1&y", "/a/b", "x=1&y"],
  ["/a/b?", "/a/b?", "/a/b", ""],
  ["/a?x#y", "/a?x", "/a", "x"],
  ["http://x.y:1/a?b", "/a?b", "/a", "b"],
  ["*", "*", "*", ""],
])("%s asks for %s", (text, target, path, query) => {
  expect(splitTarget(text)).toEqual({ target, path, query });
});

test("of a header that comes twice the first one counts", () => {
  expect([...toHeaders(["X-A", "1", "x-a", "2", ":path", "/", "B", ""])]).toEqual([
    ["x-a", "1"],
    ["b", ""],
  ]);
});

test("bytes of a path are UTF-8", () => {
  expect(fromWire("/caf\xc3\xa9")).toBe("/café");
  expect(fromWire("/plain")).toBe("/plain");
});

test.each([
  ["a b\t~", true],
  ["é", false],
  ["\x7f", false],
])("%j is printable: %s", (value, expected) => {
  expect(isPrintable(value)).toBe(expected);
});

test("names of query parameters may be written in any case, and the first value counts", () => {
  expect(queryParameter("DELAY=1h+5m&delay=2s", "delay")).toBe("1h 5m");
  expect(queryParameter("delay", "delay")).toBe("");
  expect(queryParameter("delayed=1", "delay")).toBeUndefined();
});

test("instants", () => {
  expect(toTimestamp(1_700_000_000_120)).toBe("2023-11-14T22:13:20.120000000Z");
  expect(toOffsetTimestamp(1_700_000_000_120)).toBe("2023-11-14T22:13:20.120+00:00");
  expect(toOffsetTimestamp(1_700_000_000_000)).toBe("2023-11-14T22:13:20+00:00");
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:80"],
  ["0.0.0.0", "http://127.0.0.1:80"],
  ["::", "http://[::1]:80"],
  ["::1", "http://[::1]:80"],
])("clients reach %s at %s", (hostname, url) => {
  expect(toUrl(hostname, 80)).toBe(url);
});
