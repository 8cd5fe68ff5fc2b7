import { expect, test } from "vitest";
import { setHeader } from "./headers.ts";

test.each([
  ["x-plain", "value"],
  ["X-Upper", "value"],
  ["x-blank", "  value\t"],
  ["x-empty", ""],
  ["x-latin", "caf\u00e9"],
  ["x-inner", "a b"],
  ["x_y", "1"],
])("%s: %j is set as Headers sets it", (name, value) => {
  const headers = new Map([["x-plain", "before"]]);
  setHeader(headers, name, value);
  const expected = new Headers({ "x-plain": "before" });
  expected.set(name, value);
  expect(new Map([...headers].sort())).toEqual(new Map(expected));
});

test.each([
  ["x y", "1"],
  ["", "1"],
  ["x", "a\nb"],
  ["x", "\u20ac"],
])("%j: %j is no header", (name, value) => {
  expect(() => setHeader(new Map(), name, value)).toThrow(TypeError);
});
