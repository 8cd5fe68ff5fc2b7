/** Fails when an import of `packages/sdk/src` breaks a rule of `arrows.ts`. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findProblems } from "./arrows.ts";

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const sdk = fileURLToPath(new URL("../packages/sdk/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${sdk}package.json`, "utf8")) as Manifest;

const files = new Map(
  readdirSync(`${sdk}src`, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [file, readFileSync(`${sdk}src/${file}`, "utf8")] as const),
);

const problems = findProblems({
  files,
  dependencies: Object.keys(manifest.dependencies ?? {}),
  optionalPeers: Object.keys(manifest.peerDependencies ?? {}),
});

for (const problem of problems) console.error(`packages/sdk/src/${problem}`);
if (problems.length > 0 || files.size === 0) {
  console.error(
    `\n${problems.length} wrong imports in ${files.size} files. The rules stand in scripts/arrows.ts.`,
  );
  process.exitCode = 1;
} else {
  console.log(`Imports point down in all ${files.size} files of packages/sdk/src.`);
}
