import { toPoints } from "../measure/points.ts";
import type { ResultTable } from "../measure/results.ts";
import type { Point } from "../measure/stats.ts";

/** A curve: sizes from left to right, what they cost upwards, both as powers of ten. */
export interface Curve {
  readonly label: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly points: readonly Point[];
}

/** Curves between two axes. */
export interface Panel {
  readonly curves: readonly Curve[];
  readonly x: string;
  readonly y: string;
}

const WIDTH = 720;
/** Of a panel that is alone, and of one among others. */
const HEIGHT = 420;
const HEIGHT_AMONG = 280;
const LEFT = 70;
const RIGHT = 210;
const TOP = 20;
const BOTTOM = 50;
const COLORS: readonly string[] = ["#1f5fa8", "#c0531c", "#2c7a3f", "#7a3f8f"];

export function colorOf(place: number): string {
  return COLORS[place % COLORS.length] as string;
}

/** What the tables of the group `growth` hold: ours drawn through, the official SDK's dashed. */
export function toCurves(tables: readonly ResultTable[]): Curve[] {
  return tables.flatMap((table, place) =>
    table.subjects.map((subject, index) => ({
      label: `${table.title.replace(/^.*: /, "")}, ${subject}`,
      color: colorOf(place),
      dashed: index > 0,
      points: toPoints(table, subject),
    })),
  );
}

/** What it would be if it were linear all the way to the last point of a curve. */
export function toLinear({ points }: Pick<Curve, "points">): Curve {
  const last = points.at(-1);
  const line =
    last === undefined ? [] : points.map(({ size }) => ({ size, cost: (last.cost * size) / last.size }));
  return { label: "linear", color: "#888", dashed: true, points: line };
}

/** Log-log plots, one below the other, in which every straight line of the same slope grows alike. */
export function toSvg(panels: readonly Panel[]): string {
  const panelHeight = panels.length > 1 ? HEIGHT_AMONG : HEIGHT;
  const height = panelHeight * panels.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11" fill="#222">`,
    `<title>${panels.map(({ x, y }) => `${y}, by ${x}`).join("; ")}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...panels.flatMap((panel, place) => [
      `<g transform="translate(0 ${place * panelHeight})">`,
      ...toElements(panel, panelHeight),
      "</g>",
    ]),
    "</svg>",
    "",
  ].join("\n");
}

function toElements({ curves, ...labels }: Panel, panelHeight: number): string[] {
  const points = curves.flatMap((curve) => curve.points);
  const x = createAxis(
    points.map(({ size }) => size),
    [LEFT, WIDTH - RIGHT],
  );
  const y = createAxis(
    points.map(({ cost }) => cost),
    [panelHeight - BOTTOM, TOP],
  );
  const [bottom, right] = [panelHeight - BOTTOM, WIDTH - RIGHT];
  const grid = [
    ...x.ticks.flatMap((tick) => [
      `<path d="M${at(x.place(tick))} ${TOP}V${bottom}" stroke="#ddd"/>`,
      `<text x="${at(x.place(tick))}" y="${bottom + 18}" text-anchor="middle">${tick.toLocaleString("en")}</text>`,
    ]),
    ...y.ticks.flatMap((tick) => [
      `<path d="M${LEFT} ${at(y.place(tick))}H${right}" stroke="#ddd"/>`,
      `<text x="${LEFT - 8}" y="${at(y.place(tick) + 4)}" text-anchor="end">${tick}</text>`,
    ]),
  ];
  const lines = curves.flatMap(({ label, color, dashed, points: each }, index) => {
    const path = each.map(({ size, cost }) => `${at(x.place(size))} ${at(y.place(cost))}`).join("L");
    const style = `fill="none" stroke="${color}" stroke-width="2"${dashed ? ' stroke-dasharray="6 4"' : ""}`;
    const height = TOP + 12 + index * 20;
    return [
      `<path d="M${path}" ${style}/>`,
      `<path d="M${right + 12} ${height - 4}h24" ${style}/>`,
      `<text x="${right + 42}" y="${height}">${label}</text>`,
    ];
  });
  return [
    ...grid,
    `<text x="${(LEFT + right) / 2}" y="${panelHeight - 10}" text-anchor="middle">${labels.x}</text>`,
    `<text x="16" y="${(TOP + bottom) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(TOP + bottom) / 2})">${labels.y}</text>`,
    ...lines,
  ];
}

interface Axis {
  readonly ticks: readonly number[];
  place(value: number): number;
}

function createAxis(values: readonly number[], [from, to]: readonly [number, number]): Axis {
  const logs = values.map(Math.log10);
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
  const place = (value: number): number =>
    from + ((Math.log10(value) - low) / (high - low || 1)) * (to - from);
  return { place, ticks: Array.from({ length: high - low + 1 }, (_, index) => Number(`1e${low + index}`)) };
}

function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}
