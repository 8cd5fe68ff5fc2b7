import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
/** What one group of measurements found, as it is written to `bench/results`. */
export interface GroupResult {
  readonly group: string;
  readonly machine: Machine;
  readonly startedAt: string;
  readonly seconds: number;
  /** Of one minute, when it began and when it was over: above the cores it was not alone. */
  readonly load: readonly [number, number];
  /** The size was tiny: the answers were checked, and the figures say nothing. */
  readonly quick: boolean;
  readonly tables: readonly ResultTable[];
}

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGib: number;
  readonly platform: string;
  /** Of those who are measured. */
  readonly node: string;
}

/** One unit for all of it. */
export interface ResultTable {
  readonly title: string;
  readonly unit: string;
  readonly subjects: readonly string[];
  /** Which subjects are put beside which; the first is held against the targets. */
  readonly ratios: readonly RatioOf[];
  readonly rows: readonly ResultRow[];
}

export interface RatioOf {
  readonly subject: string;
  readonly reference: string;
}

export interface ResultRow {
  readonly work: string;
  /** By subject; the figures at one place were measured in the same round. */
  readonly figures: Readonly<Record<string, readonly number[]>>;
  /** Of the table's first ratio. */
  readonly target?: Target | undefined;
}

/** For a cost at most this ratio, for a rate at least. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

export function describeMachine(node: string): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    memoryGib: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node,
  };
}

export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

const FOLDER = fileURLToPath(new URL("../../results/", import.meta.url));

/** Returns the path of the file. */
export async function writeResult(result: GroupResult): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const path = `${FOLDER}${result.group}${result.quick ? "-quick" : ""}.json`;
  await writeFile(path, `${JSON.stringify(result, null, 2)}\n`);
  return path;
}
