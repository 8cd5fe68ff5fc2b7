import { expect, test } from "vitest";
import { isDelivered, markDelivered } from "./delivered-errors.ts";

const ours = markDelivered(new Error("ours"));

test.each([
  ["what was delivered", ours, true],
  ["an error that it caused", new Error("wrapped", { cause: ours }), true],
  ["one caused at two removes", new Error("a", { cause: new Error("b", { cause: ours }) }), true],
  ["a gathering of ours alone", new AggregateError([ours, ours]), true],
  ["a gathering with another", new AggregateError([ours, new Error("theirs")]), false],
  ["an empty gathering", new AggregateError([]), false],
  ["another error", new Error("theirs"), false],
  ["no error at all", "ours", false],
  ["nothing", undefined, false],
])("%s", (_name, reason, expected) => {
  expect(isDelivered(reason)).toBe(expected);
});

test("a ring of causes comes to an end", () => {
  const ring = new Error("ring");
  ring.cause = ring;
  expect(isDelivered(ring)).toBe(false);
});
