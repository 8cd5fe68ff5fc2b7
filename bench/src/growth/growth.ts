import type { GroupOptions } from "../group-options.ts";
import { Http2Connection } from "../load/http2-connection.ts";
import { Collector } from "../measure/collector.ts";
import { formatSize, toPoints } from "../measure/points.ts";
import { OFFICIAL, OURS, OURS_TO_OFFICIAL } from "../measure/report.ts";
import type { ResultTable } from "../measure/results.ts";
import { alternate } from "../measure/rounds.ts";
import { growthExponent } from "../measure/stats.ts";
import { checkAnswers, type PreparedWork, play, prepareWork } from "../protocol/play.ts";
import { replayOf, type Work } from "../protocol/works.ts";
import type { Bundles } from "../subjects/bundle.ts";
import { type Subject, startSubject } from "../subjects/subject.ts";

/**
 * How the CPU of a replay grows: with the length of the journal, and with the number of
 * promises that are awaited together.
 */

interface Line {
  readonly title: string;
  readonly kind: "calls" | "runs" | "all" | "plainAll";
  readonly sizes: readonly number[];
  /** Past it the official SDK takes longer than the whole group may. */
  readonly officialMax: number;
}

const LINES: readonly Line[] = [
  {
    title: "calls one after another",
    kind: "calls",
    sizes: [1, 10, 100, 1000, 10_000, 100_000],
    officialMax: 10_000,
  },
  {
    title: "runs one after another",
    kind: "runs",
    sizes: [1, 10, 100, 1000, 10_000, 100_000],
    officialMax: 10_000,
  },
  { title: "RestatePromise.all", kind: "all", sizes: [1, 10, 100, 1000, 10_000], officialMax: 1000 },
  { title: "Promise.all", kind: "plainAll", sizes: [1, 10, 100, 1000, 10_000], officialMax: 1000 },
];

/** A measurement replays so many steps at least, in as many attempts as that takes. */
const STEPS_MIN = 1000;
const QUICK_STEPS_MIN = 100;
/** From here on a step outweighs what an attempt costs by itself, and growth is told. */
const FIT_FROM = 100;

interface Player {
  readonly name: string;
  readonly subject: Subject;
  readonly connection: Http2Connection;
}

export async function measureGrowth(bundles: Bundles, options: GroupOptions): Promise<ResultTable[]> {
  const files = [
    [OURS, await bundles.make({ entry: "./ours.ts" })],
    [OFFICIAL, await bundles.make({ entry: "./official.ts" })],
  ] as const;
  const players: Player[] = [];
  try {
    for (const [name, file] of files) {
      const subject = await startSubject({ name, file });
      players.push({ name, subject, connection: await Http2Connection.open(subject.port) });
    }
    return await measureLines(players, options);
  } finally {
    for (const { connection, subject } of players) {
      connection.close();
      await subject.stop();
    }
  }
}

async function measureLines(
  players: readonly Player[],
  { quick, budget, only = "" }: GroupOptions,
): Promise<ResultTable[]> {
  const lines = LINES.filter(({ title }) => title.includes(only));
  const collectors = lines.map(({ title }) => new Collector(`CPU of an attempt: ${title}`, "ms"));
  // The first round warms up, and is not counted.
  const warmUps = quick ? 0 : 1;
  const rounds = { ...budget, roundsMin: budget.roundsMin + warmUps };
  await alternate(players, rounds, async (order, round) => {
    for (const [place, line] of lines.entries()) {
      for (const size of line.sizes.filter((each) => !quick || each <= 100)) {
        const prepared = prepareLine(line, size, quick ? QUICK_STEPS_MIN : STEPS_MIN);
        for (const player of order) {
          if (player.name === OFFICIAL && size > line.officialMax) continue;
          const figure = await measureReplay(player, prepared);
          if (round < warmUps) continue;
          const work = `${formatSize(size)} (${formatSize(prepared.work.journal.length)} messages)`;
          collectors[place]?.add({ work, subject: player.name, figure });
        }
      }
    }
  });
  const tables = collectors.map((each) => each.toTable([OURS, OFFICIAL], [OURS_TO_OFFICIAL]));
  return quick ? tables : [...tables, toExponents(lines, tables)];
}

function prepareLine({ kind }: Line, size: number, stepsMin: number): PreparedWork {
  const attempts = Math.max(1, Math.ceil(stepsMin / size));
  const work: Work = replayOf({ kind, n: size, attempts });
  return prepareWork(work, work.path);
}

/** Milliseconds of CPU for one attempt. */
async function measureReplay({ name, subject, connection }: Player, prepared: PreparedWork): Promise<number> {
  const before = await subject.usage();
  const answers = await play(connection, prepared).catch((cause) => {
    throw new Error(`${name}, ${prepared.work.name}: ${cause}`, { cause });
  });
  const after = await subject.usage();
  checkAnswers(prepared, answers);
  return (after.cpuMicros - before.cpuMicros) / 1000 / prepared.work.attempts;
}

/** 1 is linear. */
function toExponents(lines: readonly Line[], tables: readonly ResultTable[]): ResultTable {
  const exponents = new Collector(`exponent of growth, from ${FIT_FROM} on`, "1 is linear");
  for (const [place, table] of tables.entries()) {
    for (const subject of [OURS, OFFICIAL]) {
      const points = toPoints(table, subject).filter(({ size }) => size >= FIT_FROM);
      exponents.add({ work: lines[place]?.title ?? "", subject, figure: growthExponent(points) });
    }
  }
  return exponents.toTable([OURS, OFFICIAL], []);
}
