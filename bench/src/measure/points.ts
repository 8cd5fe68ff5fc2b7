import type { ResultTable } from "./results.ts";
import { type Point, summarize } from "./stats.ts";

/** How a row's name begins of which the growth is to be seen. */
export function formatSize(size: number): string {
  return size.toLocaleString("en");
}

/** The medians of one subject by size, with which the names of the rows begin. */
export function toPoints({ rows }: ResultTable, subject: string): Point[] {
  return rows.flatMap(({ work, figures }) => {
    const found = figures[subject];
    const size = Number((work.split(" ")[0] ?? "").replaceAll(",", ""));
    return found === undefined ? [] : [{ size, cost: summarize(found).median }];
  });
}
