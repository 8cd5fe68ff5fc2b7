import { readFile, writeFile } from "node:fs/promises";
import type { GroupResult } from "../measure/results.ts";
import { toCurves, toSvg } from "./plot.ts";

/** Draws the last result of the group `growth` for the documents. */
const result = JSON.parse(
  await readFile(new URL("../../results/growth.json", import.meta.url), "utf8"),
) as GroupResult;
const tables = result.tables.filter(({ title }) => title.startsWith("CPU of an attempt"));
const target = new URL("../../../docs/replay-growth.svg", import.meta.url);
await writeFile(target, toSvg(toCurves(tables), { x: "steps in the journal", y: "CPU of a replay, ms" }));
