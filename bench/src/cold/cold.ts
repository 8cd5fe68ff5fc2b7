import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { createJobs } from "../end-to-end/jobs.ts";
import { applyLoad } from "../end-to-end/load.ts";
import { SERVER_OFFICIAL, SYSTEMS, startSystem } from "../end-to-end/systems.ts";
import type { GroupOptions } from "../group-options.ts";
import { Collector } from "../measure/collector.ts";
import { OFFICIAL, OURS, OURS_TO_OFFICIAL } from "../measure/report.ts";
import type { ResultTable } from "../measure/results.ts";
import { alternate, type Budget } from "../measure/rounds.ts";
import { prepareWork } from "../protocol/play.ts";
import { liveOf } from "../protocol/works.ts";
import type { Bundles } from "../subjects/bundle.ts";
import { nodeOfSubjects } from "../subjects/subject.ts";
import { measureFirstAnswers } from "./first-answer.ts";
import { bundledBytes, folderOf, installedBytes, ROOT, RUNTIMES, sourceAliases } from "./sizes.ts";

/** What there is to wait for, to hold and to store before anything has been done. */

const MEBIBYTE = 2 ** 20;
const KIBIBYTE = 1024;
const PACKAGES = { [OURS]: "@perdure/sdk", [OFFICIAL]: "@restatedev/restate-sdk" } as const;
const BOTH = [OURS, OFFICIAL] as const;

const run = promisify(execFile);

export async function measureCold(bundles: Bundles, options: GroupOptions): Promise<ResultTable[]> {
  return [
    ...(await measureImports(bundles, options)),
    ...(await measureEndpoints(bundles, options)),
    await measureSystems(bundles, options),
    ...(await measureSizes()),
  ];
}

function budgetOf({ quick, budget }: GroupOptions, rounds: number): Budget {
  const max = quick ? 1 : rounds;
  return { seconds: budget.seconds / 4, roundsMin: Math.min(max, 3), roundsMax: max };
}

interface Imported {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
}

async function measureImports(bundles: Bundles, options: GroupOptions): Promise<ResultTable[]> {
  const times = new Collector("import of the SDK", "ms");
  const memory = new Collector("memory after the import", "MiB");
  const script = await bundles.make({ entry: "./import.ts" });
  const modules = {
    [OURS]: await bundles.makeEntry(),
    [OFFICIAL]: await bundles.makeReexport("@restatedev/restate-sdk"),
    "bare Node": "node:process",
  };
  await alternate(Object.entries(modules), budgetOf(options, 15), async (order) => {
    for (const [subject, module] of order) {
      const { stdout } = await run(nodeOfSubjects(), [script, module]);
      const { wallMs, cpuMs, rssBytes } = JSON.parse(stdout) as Imported;
      times.add({ work: "CPU", subject, figure: cpuMs, target: { atMost: 0.2 } });
      times.add({ work: "wall time", subject, figure: wallMs, target: { atMost: 0.2 } });
      memory.add({ work: "resident", subject, figure: rssBytes / MEBIBYTE });
    }
  });
  return [times, memory].map((table) => table.toTable(Object.keys(modules), [OURS_TO_OFFICIAL]));
}

async function measureEndpoints(bundles: Bundles, options: GroupOptions): Promise<ResultTable[]> {
  const times = new Collector("an endpoint, since its process was started", "ms");
  const memory = new Collector("memory of an endpoint after one invocation", "MiB");
  const files = [
    [OURS, await bundles.make({ entry: "./ours.ts" })],
    [OFFICIAL, await bundles.make({ entry: "./official.ts" })],
  ] as const;
  const work = liveOf({
    name: "first invocation",
    kind: "calls",
    n: 1,
    units: 1,
    concurrency: 1,
    attempts: 1,
  });
  const prepared = prepareWork(work, work.path);
  await alternate(files, budgetOf(options, 15), async (order) => {
    for (const [subject, file] of order) {
      const { discoveryMs, invocationMs, rssBytes } = await measureFirstAnswers(file, prepared);
      times.add({ work: "first discovery answered", subject, figure: discoveryMs });
      times.add({ work: "first invocation answered", subject, figure: invocationMs });
      memory.add({ work: "resident", subject, figure: rssBytes / MEBIBYTE });
    }
  });
  return [times, memory].map((table) => table.toTable(BOTH, [OURS_TO_OFFICIAL]));
}

/** From nothing: everything is started, registered, and asked once. */
async function measureSystems(bundles: Bundles, options: GroupOptions): Promise<ResultTable> {
  const times = new Collector("from nothing to the first answer over HTTP", "ms");
  const files = {
    ours: await bundles.make({ entry: "./ours.ts" }),
    official: await bundles.make({ entry: "./official.ts" }),
    engine: await bundles.make({ entry: "./engine.ts" }),
  };
  const [job] = createJobs();
  if (job === undefined) throw new Error("There is no job.");
  await alternate(SYSTEMS, budgetOf(options, 9), async (order) => {
    for (const subject of order) {
      const startedAt = performance.now();
      const system = await startSystem(subject, files);
      try {
        const load = {
          url: system.ingressUrl,
          job,
          connections: 1,
          seconds: 0,
          firstIndex: 1,
          requestsMin: 1,
        };
        await applyLoad(load);
        const figure = performance.now() - startedAt;
        times.add({ work: "trivial", subject, figure, target: { atMost: 0.25 } });
      } finally {
        await system.stop();
      }
    }
  });
  const references = SYSTEMS.filter((subject) => subject !== SERVER_OFFICIAL).reverse();
  return times.toTable(
    SYSTEMS,
    references.map((subject) => ({ subject, reference: SERVER_OFFICIAL })),
  );
}

async function measureSizes(): Promise<ResultTable[]> {
  const bundle = new Collector("a handler, bundled, minified and gzipped", "KiB");
  const installed = new Collector("installed, with all that it needs", "MiB");
  for (const subject of BOTH) {
    const name = PACKAGES[subject];
    for (const runtime of RUNTIMES) {
      const bytes = await bundledBytes(name, runtime, sourceAliases(ROOT));
      bundle.add({ work: runtime, subject, figure: bytes / KIBIBYTE, target: { atMost: 0.05 } });
    }
    const folder = subject === OURS ? `${ROOT}/packages/sdk` : folderOf(name);
    // Of ours there is only something to be installed after a build.
    if (subject === OURS && !existsSync(`${folder}/dist`)) continue;
    installed.add({ work: "on the disk", subject, figure: (await installedBytes(folder)) / MEBIBYTE });
  }
  return [bundle, installed].map((table) => table.toTable(BOTH, [OURS_TO_OFFICIAL]));
}
