import { toReport } from "./report.ts";
import { describeMachine, type GroupResult, loadNow, type ResultTable, writeResult } from "./results.ts";

export interface RecordedGroup {
  readonly name: string;
  /** The version of those who are measured; asked when that is over. */
  readonly node: () => string;
  readonly quick: boolean;
}

/** Measures a group, prints its tables, and writes all figures to `bench/results`. */
export async function recordGroup(
  { name, node, quick }: RecordedGroup,
  measure: () => Promise<ResultTable[]>,
): Promise<void> {
  const [startedAt, begun, loadBefore] = [new Date().toISOString(), performance.now(), loadNow()];
  const tables = await measure();
  const result: GroupResult = {
    group: name,
    machine: describeMachine(node()),
    startedAt,
    seconds: (performance.now() - begun) / 1000,
    load: [loadBefore, loadNow()],
    quick,
    tables,
  };
  console.log(`${toReport(result)}\n`);
  console.error(`Written to ${await writeResult(result)}`);
}
