/** The part of vitest's JSON report that counts. */
export interface TestReport {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** Why the runs are no success, one line each; empty when all is well. */
  readonly problems: readonly string[];
}

/**
 * Adds up the reports of several runs. A file that failed without a failing test (it
 * did not load, or a hook failed) counts as one failure; a run without tests, and a
 * test that neither passed nor failed, are problems too.
 */
export function summarizeTests(reports: Readonly<Record<string, TestReport | undefined>>): Summary {
  const problems: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const [run, report] of Object.entries(reports)) {
    if (report === undefined) {
      problems.push(`${run}: there is no report. The run did not come to its end.`);
      continue;
    }
    const broken = report.testResults.filter(isBroken);
    const idle = report.numTotalTests - report.numPassedTests - report.numFailedTests;
    passed += report.numPassedTests;
    failed += report.numFailedTests + broken.length;
    for (const { name } of broken) problems.push(`${run}: ${name} failed outside of its tests.`);
    if (report.numTotalTests === 0) problems.push(`${run}: no test ran.`);
    if (idle > 0) problems.push(`${run}: ${idle} tests were skipped or left to do.`);
    if (report.numFailedTests > 0) problems.push(`${run}: ${report.numFailedTests} tests failed.`);
    if (!report.success && report.numFailedTests === 0 && broken.length === 0) {
      problems.push(`${run}: no test failed, yet the run did (an error outside of the tests).`);
    }
  }
  if (Object.keys(reports).length === 0) problems.push("There was no run.");
  return { passed, failed, problems };
}

function isBroken({ status, assertionResults }: TestReport["testResults"][number]): boolean {
  return status === "failed" && assertionResults.every((test) => test.status !== "failed");
}
