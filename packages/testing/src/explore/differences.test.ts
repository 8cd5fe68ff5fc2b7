import { expect, it } from "vitest";
import { findDifferences } from "./differences.ts";

it.each([
  { a: 1, b: 1, found: [] },
  { a: { x: [1, { y: new Date(5) }] }, b: { x: [1, { y: new Date(5) }] }, found: [] },
  { a: undefined, b: null, found: ["it: undefined undisturbed, null in this run"] },
  { a: [1, 2], b: [1], found: ["it[1]: 2 undisturbed, nothing in this run"] },
  { a: {}, b: { x: undefined }, found: ["it.x: nothing undisturbed, undefined in this run"] },
  {
    a: { "order-1": { paid: true } },
    b: { "order-1": { paid: false } },
    found: ['it["order-1"].paid: true undisturbed, false in this run'],
  },
  {
    a: new Set(["a"]),
    b: new Set(["a", "b"]),
    found: ["it: Set(1) { 'a' } undisturbed, Set(2) { 'a', 'b' } in this run"],
  },
])("$a and $b", ({ a, b, found }) => {
  expect(findDifferences("it", a, b)).toEqual(found);
});

it("tells no more than eight", () => {
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  const found = findDifferences("it", numbers, numbers.map(String));
  expect(found).toHaveLength(9);
  expect(found.at(-1)).toBe("and 12 more");
});
