/**
 * Prints `N passed, N failed` over the JSON reports of several vitest runs, as its
 * last line, and fails unless every run was a success:
 *
 *     tsx scripts/print-test-summary.ts reports/node20.json reports/node24.json
 */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { summarizeTests, type TestReport } from "./test-summary.ts";

const read = (file: string): TestReport | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as TestReport) : undefined;

const files = process.argv.slice(2);
const { passed, failed, problems } = summarizeTests(
  Object.fromEntries(files.map((file) => [basename(file, ".json"), read(file)])),
);
for (const problem of problems) console.log(problem);
console.log(`${passed} passed, ${failed} failed`);
if (problems.length > 0) process.exitCode = 1;
