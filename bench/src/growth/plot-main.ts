import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import {
  type Growth,
  growthOfMore,
  growthOfStartByBytes,
  growthOfStartByKeys,
} from "../engine-scale/tables.ts";
import type { GroupResult, ResultTable } from "../measure/results.ts";
import { type Curve, colorOf, type Panel, toCurves, toLinear, toSvg } from "./plot.ts";

/** Draws the last results of the groups `growth` and `engine-scale` for the documents. */
async function draw(
  group: string,
  name: string,
  toPanels: (tables: readonly ResultTable[]) => Panel[],
): Promise<void> {
  const source = new URL(`../../results/${group}.json`, import.meta.url);
  if (!existsSync(source)) return console.error(`No ${name}: the group ${group} was not measured.`);
  const { tables } = JSON.parse(await readFile(source, "utf8")) as GroupResult;
  await writeFile(new URL(`../../../docs/${name}`, import.meta.url), toSvg(toPanels(tables)));
}

function toSolidCurves(growths: readonly Growth[]): Curve[] {
  return growths.map((growth, place) => ({ ...growth, color: colorOf(place), dashed: false }));
}

/** With what is linear, to compare. */
function withLinear(curves: readonly Curve[]): Curve[] {
  return [...curves, ...curves.slice(0, 1).map(toLinear)];
}

await draw("growth", "replay-growth.svg", (tables) => {
  const replays = tables.filter(({ title }) => title.startsWith("CPU of an attempt"));
  return [{ curves: toCurves(replays), x: "steps in the journal", y: "CPU of a replay, ms" }];
});
await draw("engine-scale", "engine-growth.svg", (tables) => [
  {
    curves: toSolidCurves(growthOfMore(tables)),
    x: "finished invocations that are stored, or keys with state",
    y: "CPU of one more invocation, us",
  },
  {
    curves: withLinear(toSolidCurves(growthOfStartByBytes(tables))),
    x: "MiB of finished invocations that a start reads",
    y: "CPU of a start, ms",
  },
  {
    curves: withLinear(toSolidCurves(growthOfStartByKeys(tables))),
    x: "keys with state that a start finds",
    y: "CPU of a start, ms",
  },
]);
