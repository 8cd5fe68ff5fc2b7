/** Fails when an import in a package's sources breaks a rule of `arrow-rules.ts`. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ArrowRules, ENGINE_RULES, SDK_RULES, TESTING_RULES } from "./arrow-rules.ts";
import { findProblems } from "./arrows.ts";

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

for (const rules of [SDK_RULES, ENGINE_RULES, TESTING_RULES]) check(rules);

function check(rules: ArrowRules): void {
  const folder = fileURLToPath(new URL(`../${rules.folder}/`, import.meta.url));
  const manifest = JSON.parse(readFileSync(`${folder}../package.json`, "utf8")) as Manifest;
  const files = new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((file) => file.replaceAll("\\", "/"))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [file, readFileSync(`${folder}${file}`, "utf8")] as const),
  );
  const problems = findProblems({
    rules,
    files,
    dependencies: Object.keys(manifest.dependencies ?? {}),
    optionalPeers: Object.keys(manifest.peerDependencies ?? {}),
  });
  for (const problem of problems) console.error(`${rules.folder}/${problem}`);
  if (problems.length > 0 || files.size === 0) {
    console.error(
      `\n${problems.length} wrong imports in ${files.size} files. The rules stand in scripts/arrow-rules.ts.`,
    );
    process.exitCode = 1;
  } else {
    console.log(`Imports point down in all ${files.size} files of ${rules.folder}.`);
  }
}
