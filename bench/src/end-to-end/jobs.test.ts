import { expect, it } from "vitest";
import { createJobs } from "./jobs.ts";

const jobs = new Map(createJobs().map((job) => [job.name, job]));
const jobOf = (name: string) => jobs.get(name) ?? expect.fail(`There is no job ${name}.`);

it.each([
  ["trivial", 5, "6"],
  ["one call", 5, "5"],
  ["ten runs", 5, "95"],
  ["fan-out of 100", 2, "5150"],
])("%s: the answer of request %d is %s", (name, index, answer) => {
  const job = jobOf(name);
  expect(() => job.check(index, answer)).not.toThrow();
  expect(() => job.check(index, `1${answer}`)).toThrow(name);
  expect(job.request(index).body).not.toBe(job.request(index + 1).body);
});

it("counters count one by one, from wherever they were", () => {
  const right = jobOf("counter, 1,000 keys");
  for (const [index, sum] of [
    [0, "8"],
    [1000, "7"],
    [1, "1"],
    [2000, "9"],
  ] as const) {
    right.check(index, sum);
  }
  expect(() => right.finish()).not.toThrow();
  right.check(3000, "9");
  expect(() => right.finish()).toThrow("key 0");
  expect(() => right.check(5, '{"message":"refused"}')).toThrow("is no sum");
});
