import type { GroupOptions } from "../group-options.ts";
import { Http2Connection } from "../load/http2-connection.ts";
import { Collector } from "../measure/collector.ts";
import { OFFICIAL, OURS, OURS_TO_OFFICIAL } from "../measure/report.ts";
import type { RatioOf, ResultTable } from "../measure/results.ts";
import { alternate } from "../measure/rounds.ts";
import type { Bundles } from "../subjects/bundle.ts";
import type { FloorScript } from "../subjects/floor.ts";
import { type Subject, startSubject } from "../subjects/subject.ts";
import { checkAnswers, floorPath, type PreparedWork, play, prepareWork, toFloorSteps } from "./play.ts";
import { createWorks, replayOf, type Work } from "./works.ts";

/**
 * The server's part is played to an endpoint of each SDK, and to one that does the least:
 * what a command or an invocation costs the endpoint's process.
 */

const FLOOR = "floor";
const AGAINST = "against";

interface Player {
  readonly name: string;
  readonly subject: Subject;
  readonly connection: Http2Connection;
  readonly works: readonly PreparedWork[];
}

/** The files that are measured, by subject. */
type Files = ReadonlyMap<string, string>;

export async function measureProtocol(bundles: Bundles, options: GroupOptions): Promise<ResultTable[]> {
  const files = await makeFiles(bundles, options);
  const works = createWorks(options.quick).filter(({ name }) => name.includes(options.only ?? ""));
  const warm = await measureWarm(files, works, options);
  return [...warm, ...(await measureFresh(files, options))];
}

function ratiosOf(files: Files): RatioOf[] {
  const others = [{ subject: OURS, reference: FLOOR }];
  if (files.has(AGAINST)) others.push({ subject: OURS, reference: AGAINST });
  return [OURS_TO_OFFICIAL, ...others];
}

async function makeFiles(bundles: Bundles, { against }: GroupOptions): Promise<Files> {
  const files = new Map([
    [OURS, await bundles.make({ entry: "./ours.ts" })],
    [OFFICIAL, await bundles.make({ entry: "./official.ts" })],
    [FLOOR, await bundles.make({ entry: "./floor.ts" })],
  ]);
  if (against !== undefined) {
    files.set(AGAINST, await bundles.make({ entry: "./ours.ts", checkout: against }));
  }
  return files;
}

async function measureWarm(
  files: Files,
  works: readonly Work[],
  options: GroupOptions,
): Promise<ResultTable[]> {
  const cpu = new Collector("CPU of the endpoint", "us per command or invocation");
  const wall = new Collector("wall time", "us per command or invocation");
  const heap = new Collector("allocated on the heap", "KiB per command or invocation");
  const players: Player[] = [];
  try {
    for (const [name, file] of files) players.push(await startPlayer(name, file, works));
    const warmUps = options.quick ? 0 : 2;
    const { roundsMin, roundsMax, seconds } = options.budget;
    const budget = { seconds, roundsMin: roundsMin + warmUps, roundsMax: roundsMax + warmUps };
    await alternate(players, budget, async (order, round) => {
      for (const index of works.keys()) {
        for (const player of order) {
          const measured = await measureWork(player, index);
          if (round < warmUps) continue;
          const { name: work, target } = works[index] as Work;
          cpu.add({ work, target, subject: player.name, figure: measured.cpuMicros });
          wall.add({ work, subject: player.name, figure: measured.wallMicros });
        }
      }
    });
    for (const index of works.keys()) {
      for (const player of players) {
        const figure = await measureAllocations(player, index);
        heap.add({ work: (works[index] as Work).name, subject: player.name, figure });
      }
    }
  } finally {
    await Promise.all(players.map(stopPlayer));
  }
  return [cpu, wall, heap].map((collector) => collector.toTable([...files.keys()], ratiosOf(files)));
}

/** What the first replay costs a process that has just begun to listen. */
async function measureFresh(files: Files, options: GroupOptions): Promise<ResultTable[]> {
  const n = options.quick ? 10 : 1000;
  const work: Work = { ...replayOf({ kind: "calls", n, attempts: 1 }), units: 1 };
  if (!`first ${work.name}`.includes(options.only ?? "")) return [];
  const cpu = new Collector("CPU of the endpoint, in a fresh process", "ms");
  const wall = new Collector("wall time, in a fresh process", "ms");
  const { seconds } = options.budget;
  const budget = { seconds: seconds / 6, roundsMin: options.quick ? 1 : 3, roundsMax: options.quick ? 1 : 9 };
  await alternate([...files], budget, async (order) => {
    for (const [subject, file] of order) {
      const player = await startPlayer(subject, file, [work]);
      try {
        const { cpuMicros, wallMicros } = await measureWork(player, 0);
        cpu.add({ work: `first ${work.name}`, subject, figure: cpuMicros / 1000 });
        wall.add({ work: `first ${work.name}`, subject, figure: wallMicros / 1000 });
      } finally {
        await stopPlayer(player);
      }
    }
  });
  return [cpu, wall].map((collector) => collector.toTable([...files.keys()], ratiosOf(files)));
}

async function startPlayer(name: string, file: string, works: readonly Work[]): Promise<Player> {
  const subject = await startSubject({ name, file });
  const connection = await Http2Connection.open(subject.port);
  const isFloor = name === FLOOR;
  for (const work of isFloor ? works : []) {
    const script: FloorScript = { path: floorPath(work), steps: toFloorSteps(work) };
    await subject.ask(script);
  }
  const prepared = works.map((work) => prepareWork(work, isFloor ? floorPath(work) : work.path));
  return { name, subject, connection, works: prepared };
}

async function stopPlayer({ connection, subject }: Player): Promise<void> {
  connection.close();
  await subject.stop();
}

async function measureWork(
  { name, subject, connection, works }: Player,
  index: number,
): Promise<{ cpuMicros: number; wallMicros: number }> {
  const prepared = works[index] as PreparedWork;
  const units = prepared.work.units * prepared.work.attempts;
  const before = await subject.usage();
  const startedAt = performance.now();
  const answers = await play(connection, prepared).catch((cause) => {
    throw new Error(`${name}, ${prepared.work.name}: ${cause}`, { cause });
  });
  const wallMicros = (performance.now() - startedAt) * 1000;
  const after = await subject.usage();
  checkAnswers(prepared, answers);
  return { cpuMicros: (after.cpuMicros - before.cpuMicros) / units, wallMicros: wallMicros / units };
}

async function measureAllocations({ subject, connection, works }: Player, index: number): Promise<number> {
  const prepared = works[index] as PreparedWork;
  const bytes = await subject.allocated(() => play(connection, prepared));
  return bytes / 1024 / (prepared.work.units * prepared.work.attempts);
}
