import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { recordGroup } from "../measure/record-group.ts";
import { rotate } from "../measure/rounds.ts";
import type { Dimension } from "./contents.ts";
import type { Compacted } from "./phase-compact.ts";
import type { Filled } from "./phase-fill.ts";
import type { Reopened } from "./phase-reopen.ts";
import { type Measured, toTables } from "./tables.ts";

/**
 * How much the engine holds: fills folders, opens copies of them in other processes, and
 * says what that took.
 *
 *     pnpm bench:scale --finished 1000,1000000 --keys 1000,1000000 --live 10000
 *
 * With `--folder` the folders are kept there, and those that are there already are
 * not filled again.
 */
const { values } = parseArgs({
  options: {
    /** How many invocations have ended, in a folder each. */
    finished: { type: "string", default: "1000,10000,100000,1000000" },
    /** How many objects have state, in a folder each. */
    keys: { type: "string", default: "1000,10000,100000,1000000" },
    /** In every folder. */
    live: { type: "string", default: "1000" },
    rounds: { type: "string", default: "3" },
    folder: { type: "string" },
  },
});

const OUTPUT_BYTES_MAX: number = 16 * 1024 * 1024;
/** How many invocations are measured together, a few times in each round. */
const BATCH = 1000;
const run = promisify(execFile);

async function runPhase<T>(name: string, ...args: readonly (string | number)[]): Promise<T> {
  const file = fileURLToPath(new URL(`./phase-${name}.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, ["--import", "tsx", file, ...args.map(String)], {
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  console.error(`${new Date().toISOString()} ${name} ${args.join(" ")}: ${stdout.trim()}`);
  return JSON.parse(stdout) as T;
}

interface Folder {
  readonly path: string;
  readonly dimension: Dimension;
  readonly size: number;
}

/** What it took to fill a folder stands beside it: without that it is not whole. */
async function fill({ path, dimension, size }: Folder): Promise<void> {
  const note = `${path}.json`;
  if (!existsSync(note)) {
    await rm(path, { recursive: true, force: true });
    const filled = await runPhase<Filled>("fill", path, dimension, size, values.live);
    await writeFile(note, JSON.stringify(filled));
  }
  const { count, cost } = JSON.parse(await readFile(note, "utf8")) as Filled;
  if (count !== size) throw new Error(`${path} has ${count} instead of ${size}.`);
  console.error(`${path}: ${Math.round(cost.cpuMicrosEach)} us of CPU each`);
}

/** On a copy, so that every round finds the same. */
async function measure({ path, dimension, size }: Folder): Promise<Measured> {
  const copy = `${path}-copy`;
  try {
    await cp(path, copy, { recursive: true });
    const opened = await runPhase<Reopened>("reopen", copy, dimension, size, 0);
    const compacted = await runPhase<Compacted>("compact", copy);
    const again = await runPhase<Reopened>("reopen", copy, dimension, size, BATCH);
    for (const { count } of [opened, again]) {
      if (count !== size) throw new Error(`${copy} has ${count} instead of ${size}.`);
    }
    return { dimension, size, opened, compacted, again };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function foldersOf(place: string, dimension: Dimension): Folder[] {
  const sizes = values[dimension].split(",").filter((size) => size !== "");
  return sizes.map((size) => ({ path: join(place, `${dimension}-${size}`), dimension, size: Number(size) }));
}

const place = values.folder ?? (await mkdtemp(join(tmpdir(), "perdure-scale-")));
try {
  await mkdir(place, { recursive: true });
  const folders = [...foldersOf(place, "finished"), ...foldersOf(place, "keys")];
  for (const folder of folders) await fill(folder);
  await recordGroup({ name: "engine-scale", node: () => process.versions.node, quick: false }, async () => {
    const measured: Measured[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const folder of rotate(folders, round)) measured.push(await measure(folder));
    }
    return toTables(measured);
  });
} finally {
  if (values.folder === undefined) await rm(place, { recursive: true, force: true });
}
