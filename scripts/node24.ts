/**
 * Runs a JavaScript file on Node 24, whatever Node started this script:
 *
 *     tsx scripts/node24.ts node_modules/vitest/vitest.mjs run --project unit
 */
import { spawnSync } from "node:child_process";
import { findNode24 } from "./find-node24.ts";

const node24 = findNode24();
if (node24 === undefined) {
  console.error(
    `No Node 24 for ${process.platform}-${process.arch}: the workspace brings one for Linux (x64, arm64) and macOS (arm64). Run this script with a Node 24 of your own instead.`,
  );
  process.exit(1);
}

// By it the package manager lets its commands find their own packages; what they start
// would find them too, in every folder.
const { NODE_PATH: _, ...env } = process.env;
const { status, signal } = spawnSync(node24, process.argv.slice(2), { stdio: "inherit", env });
if (signal !== null) console.error(`Node 24 was ended by ${signal}.`);
process.exitCode = status ?? 1;
