import { parseArgs } from "node:util";
import { measureCold } from "./cold/cold.ts";
import { measureEndToEnd } from "./end-to-end/end-to-end.ts";
import type { GroupOptions } from "./group-options.ts";
import { measureGrowth } from "./growth/growth.ts";
import { measureInProcess } from "./in-process/in-process.ts";
import { recordGroup } from "./measure/record-group.ts";
import type { ResultTable } from "./measure/results.ts";
import { measureProtocol } from "./protocol/protocol.ts";
import { Bundles } from "./subjects/bundle.ts";
import { PROFILES, versionOfSubjects } from "./subjects/subject.ts";

/**
 * Measures us beside the official SDK:
 *
 *     pnpm bench
 *     pnpm bench:protocol --only "short" --seconds 20 --against ../another-checkout
 *     pnpm bench --quick
 */
type Group = (bundles: Bundles, options: GroupOptions) => Promise<ResultTable[]>;

const GROUPS: ReadonlyMap<string, Group> = new Map([
  ["protocol", measureProtocol],
  ["end-to-end", measureEndToEnd],
  ["in-process", measureInProcess],
  ["growth", measureGrowth],
  ["cold", measureCold],
]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Tiny, to see that all of it works and every answer is right. */
    quick: { type: "boolean", default: false },
    /** Of one group. */
    seconds: { type: "string", default: "40" },
    only: { type: "string" },
    /** A folder for CPU profiles of the subjects, a folder each. */
    profile: { type: "string" },
    /** A checkout of this repository, as one more subject. */
    against: { type: "string" },
    /** A checkout of this repository, instead of this one: while somebody works in it, for example. */
    checkout: { type: "string" },
  },
});

if (values.profile !== undefined) process.env[PROFILES] = values.profile;
const { quick, only, against } = values;
const options: GroupOptions = {
  quick,
  only,
  against,
  budget: quick
    ? { seconds: 0, roundsMin: 1, roundsMax: 1 }
    : { seconds: Number(values.seconds), roundsMin: 3, roundsMax: 25 },
};

async function measureGroup(name: string, bundles: Bundles): Promise<void> {
  const group = GROUPS.get(name);
  if (group === undefined) throw new Error(`No group ${name}. There are: ${[...GROUPS.keys()].join(", ")}.`);
  console.error(`${name} ...`);
  await recordGroup({ name, node: versionOfSubjects, quick }, () => group(bundles, options));
}

const bundles = new Bundles(values.checkout);
try {
  for (const name of positionals.length > 0 ? positionals : GROUPS.keys()) await measureGroup(name, bundles);
} finally {
  await bundles.remove();
}
