import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { PUBLISHED, toSpecifier } from "./scripts/entries.ts";

/** Tests read the sources of our packages, so that they need no build; only the package checks read `dist`. */
const sources = PUBLISHED.flatMap(({ name, folder, entries }) =>
  entries.map((entry) => [toSpecifier(entry, name), `${folder}/src/${entry}.ts`] as const),
).map(([specifier, file]) => ({
  find: new RegExp(`^${specifier}$`),
  replacement: fileURLToPath(new URL(file, import.meta.url)),
}));

/**
 * Unit tests that count or replace what belongs to the whole process: its heap,
 * timers and listeners, the functions of the runtime. Each has a process of its own; the others share one.
 */
const ALONE = [
  "packages/sdk/src/transient.test.ts",
  "packages/sdk/src/invocation/attempt-memory.test.ts",
  "packages/sdk/src/invocation/log.test.ts",
  "packages/sdk/src/invocation/runtime.test.ts",
  "packages/sdk/src/endpoint/node-serve.test.ts",
  "packages/engine/src/clock/real-clock.test.ts",
  "packages/testing/src/engine/fake-timers.test.ts",
  "packages/testing/src/misuse/global-guards.test.ts",
  "packages/testing/src/misuse/misuse.test.ts",
];

export default defineConfig({
  test: {
    // A missing snapshot fails; `vitest run --update` writes it.
    update: "none",
    allowOnly: false,
    passWithNoTests: false,
    teardownTimeout: 30_000,
    dangerouslyIgnoreUnhandledErrors: false,
    projects: [
      {
        resolve: { alias: sources },
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts", "bench/src/**/*.test.ts"],
          exclude: ["packages/examples/**", ...ALONE],
          environment: "node",
          pool: "forks",
          // To load the sources once per file took five times as long as all the tests.
          isolate: false,
          maxWorkers: availableParallelism(),
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias: sources },
        test: {
          name: "unit-alone",
          include: ALONE,
          environment: "node",
          pool: "forks",
          maxWorkers: availableParallelism(),
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias: sources },
        test: {
          name: "conformance",
          include: ["test/**/*.test.ts", "packages/examples/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/package-checks/**", "test/types/**"],
          environment: "node",
          // Each file may start a server and endpoint processes of its own, and
          // signals and unhandled rejections are told apart by process.
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "packages",
          include: ["test/package-checks/**/*.test.ts", "test/types/**/*.test.ts"],
          environment: "node",
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
