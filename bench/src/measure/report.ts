import type { GroupResult, RatioOf, ResultRow, ResultTable, Target } from "./results.ts";
import { type Summary, summarize, summarizeRatio } from "./stats.ts";

/** The subjects of most groups. */
export const OURS = "perdure";
export const OFFICIAL = "official";
export const OURS_TO_OFFICIAL: RatioOf = { subject: OURS, reference: OFFICIAL };

/** A group's result as text that is also Markdown. */
export function toReport(result: GroupResult): string {
  const { machine, load } = result;
  return [
    `## ${result.group}${result.quick ? " (quick: the figures say nothing)" : ""}`,
    "",
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGib} GiB, ${machine.platform}, Node ${machine.node}; ` +
      `load average ${load[0]} before, ${load[1]} after; ${Math.round(result.seconds)} s. Median (quartiles).`,
    ...result.tables.flatMap((table) => ["", ...toTable(table, result.quick)]),
  ].join("\n");
}

function toTable({ title, unit, subjects, ratios, rows }: ResultTable, quick: boolean): string[] {
  const aimed = !quick && rows.some(({ target }) => target !== undefined);
  const head = [
    `${title} (${unit})`,
    ...subjects,
    ...ratios.map(({ subject, reference }) => `${subject} / ${reference}`),
    ...(aimed ? ["target"] : []),
  ];
  const lines = rows.map((row) => {
    const found = ratios.map((ratio) => toRatio(row, ratio));
    return [
      row.work,
      ...subjects.map((subject) => formatFigures(row.figures[subject])),
      ...found.map((ratio) => (ratio === undefined ? "" : formatSummary(ratio))),
      ...(aimed ? [formatTarget(row.target, found[0])] : []),
    ];
  });
  return alignColumns([head, ...lines]);
}

/** `undefined` if one of them was not measured. */
export function toRatio({ figures }: ResultRow, { subject, reference }: RatioOf): Summary | undefined {
  const [ours, theirs] = [figures[subject], figures[reference]];
  return ours === undefined || theirs === undefined ? undefined : summarizeRatio(ours, theirs);
}

export function isReached(ratio: number, target: Target): boolean {
  return "atMost" in target ? ratio <= target.atMost : ratio >= target.atLeast;
}

/** Rows of a Markdown table; the first is the head. All columns but the first are set to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const [head = [], ...lines] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const toLine = (cells: readonly string[]): string =>
    `| ${widths
      .map((width, column) => {
        const cell = cells[column] ?? "";
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [toLine(head), rule, ...lines.map(toLine)];
}

function formatFigures(figures: readonly number[] | undefined): string {
  return figures === undefined ? "" : formatSummary(summarize(figures));
}

function formatSummary({ median, low, high, count }: Summary): string {
  return count === 1
    ? formatNumber(median)
    : `${formatNumber(median)} (${formatNumber(low)}-${formatNumber(high)})`;
}

function formatTarget(target: Target | undefined, ratio: Summary | undefined): string {
  if (target === undefined) return "";
  const text = "atMost" in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`;
  if (ratio === undefined) return text;
  return `${text} ${isReached(ratio.median, target) ? "yes" : "NO"}`;
}

/** Three figures that matter. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}
