import { availableParallelism, cpus, loadavg } from "node:os";
import { startRestateServer } from "../../../packages/testing/src/server/restate-server.ts";
import { summarize } from "../measure/stats.ts";
import { measureCold } from "./cold.ts";
import { exploreOnKit, exploreOnServer } from "./explore.ts";
import { STEPS } from "./steps.ts";
import { timeTest } from "./tests.ts";

/**
 * How fast tests are, on the engine of the testing kit and on a real server:
 *
 *     pnpm bench:testing
 */
const TESTS = 200;
const SERVER_TESTS = 30;
const STARTS = 7;

function median(figures: readonly number[]): number {
  return summarize(figures).median;
}

async function times(count: number, measure: () => Promise<number>): Promise<number> {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push(await measure());
  return median(found);
}

async function timeStart(): Promise<number> {
  const begun = performance.now();
  const server = await startRestateServer();
  const ms = performance.now() - begun;
  await server.stop();
  return ms;
}

const cold = await measureCold(STARTS);
await times(20, () => timeTest("engine"));
const test = await times(TESTS, () => timeTest("engine"));
const start = await times(STARTS, timeStart);
await timeTest("restate-server");
const serverTest = await times(SERVER_TESTS, () => timeTest("restate-server"));
const crashes = await exploreOnKit(["crash"]);
const everything = await exploreOnKit();
const server = await exploreOnServer(crashes.runs);

const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const explored = ({ runs, ms: all }: { runs: number; ms: number }): string =>
  `${runs} runs, ${ms(all)}, ${ms(all / runs)} each`;

console.log(`${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)}

| | engine of the kit | real server |
| --- | --- | --- |
| import in a new process | ${ms(median(cold.map(({ importMs }) => importMs)))} | |
| first test of a process, or start of a server | ${ms(median(cold.map(({ firstTestMs }) => firstTestMs)))} | ${ms(start)} |
| each further test (median) | ${ms(test)} | ${ms(serverTest)} |
| explore ${STEPS} steps, crashes only | ${explored(crashes)} | ${explored(server)} |
| explore ${STEPS} steps, everything | ${explored(everything)} | |`);
