import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { findNode24 } from "../../scripts/find-node24.ts";
import { TEST } from "./dist.ts";
import { readExportedNames } from "./exported-names.ts";

interface Loaded {
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly conflicts: readonly string[];
}

const node24 = findNode24();
const nodes = [
  [`Node ${process.versions.node}`, process.execPath],
  ...(node24 === undefined || node24 === process.execPath ? [] : [["Node 24", node24]]),
] as const;
const cases = nodes.flatMap(([name, node]) => [
  ["import", name, node] as const,
  ["require", name, node] as const,
]);

/** The values that the declarations promise, by specifier. */
const declared = Object.fromEntries(
  [...readExportedNames()].map(([specifier, exported]) => [
    specifier,
    exported.filter(({ isValue, name }) => isValue && name !== "default").map(({ name }) => name),
  ]),
);

/** Names that each entry has of its own kind: options of calls, endpoints, serdes. */
const OWN: ReadonlySet<string> = new Set([
  "rpc",
  "Opts",
  "SendOpts",
  "createEndpointHandler",
  "endpoint",
  "serde",
]);

describe.each(cases)("%s on %s", (format, _, node) => {
  it("loads every entry without a warning, each shared name meaning the same in all of them", () => {
    const args = ["package-checks/load-entries.mjs", format, ...Object.keys(declared)];
    const loaded = spawnSync(node, args, { cwd: TEST, encoding: "utf8" });
    expect(loaded.stderr).toBe("");
    expect(loaded.status).toBe(0);
    const { names, conflicts } = JSON.parse(loaded.stdout) as Loaded;
    expect(conflicts.filter((conflict) => !OWN.has(conflict.split(": ")[1] ?? ""))).toEqual([]);
    expect(names).toEqual(declared);
  });
});
