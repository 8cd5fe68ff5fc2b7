import { describe, expect, it } from "vitest";
import { summarizeTests, type TestReport } from "./test-summary.ts";

const good: TestReport = {
  numTotalTests: 2,
  numPassedTests: 2,
  numFailedTests: 0,
  success: true,
  testResults: [{ name: "a.test.ts", status: "passed", assertionResults: [{ status: "passed" }] }],
};

describe("the summary", () => {
  it("adds up what passed", () => {
    expect(summarizeTests({ node20: good, node24: good })).toEqual({ passed: 4, failed: 0, problems: [] });
  });

  it("counts failed tests", () => {
    const report = { ...good, numPassedTests: 1, numFailedTests: 1, success: false };
    expect(summarizeTests({ node20: good, node24: report })).toEqual({
      passed: 3,
      failed: 1,
      problems: ["node24: 1 tests failed."],
    });
  });

  it("counts a file that failed before its tests", () => {
    const testResults = [{ name: "b.test.ts", status: "failed", assertionResults: [] }];
    expect(summarizeTests({ node20: { ...good, success: false, testResults } })).toEqual({
      passed: 2,
      failed: 1,
      problems: ["node20: b.test.ts failed outside of its tests."],
    });
  });

  it("does not count a file with a failing test twice", () => {
    const testResults = [{ name: "b.test.ts", status: "failed", assertionResults: [{ status: "failed" }] }];
    const report = { ...good, numPassedTests: 1, numFailedTests: 1, success: false, testResults };
    expect(summarizeTests({ node20: report }).failed).toBe(1);
  });

  const problems: readonly (readonly [what: string, report: TestReport | undefined, problem: RegExp])[] = [
    ["a run without report", undefined, /there is no report/],
    ["a run without tests", { ...good, numTotalTests: 0, numPassedTests: 0, testResults: [] }, /no test ran/],
    ["a skipped test", { ...good, numTotalTests: 3 }, /1 tests were skipped/],
    ["an error outside of the tests", { ...good, success: false }, /yet the run did/],
  ];

  it.each(problems)("takes %s for a problem", (_, report, problem) => {
    expect(summarizeTests({ node20: report }).problems).toEqual([expect.stringMatching(problem)]);
  });

  it("takes no run at all for a problem", () => {
    expect(summarizeTests({}).problems).toEqual(["There was no run."]);
  });
});
