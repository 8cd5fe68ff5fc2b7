import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BUILT = "packages/engine/dist/cli.js";
/** What the command is built from. The SDK is a package of its own beside it. */
const BUILDS: readonly (readonly [built: string, sources: string])[] = [
  ["packages/sdk/dist/index.js", "packages/sdk/src"],
  [BUILT, "packages/engine/src"],
];

/** Throws unless the built command is what the sources say, so that no test passes on what is no longer there. */
export function checkBuild(): void {
  for (const [built, sources] of BUILDS) {
    const builtAtMs = statSync(ROOT + built, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const newer = listSources(sources).find((file) => statSync(ROOT + file).mtimeMs > builtAtMs);
    if (newer === undefined) continue;
    throw new Error(`${built} is older than ${newer}. Run \`npx -y pnpm@10 build\` first.`);
  }
}

function listSources(folder: string): string[] {
  return readdirSync(ROOT + folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => `${folder}/${file}`);
}
