import type { Breakage } from "./broken-engines.ts";
import { FAULTS, type Fault, Simulation } from "./simulation.ts";

export interface Failure {
  readonly seed: number;
  readonly error: Error;
  /** What can be switched off, and the history still fails. */
  readonly without: readonly Fault[];
  /** What happened, as far as it concerns the invocations that the error names. */
  readonly trace: readonly string[];
}

const TRACE_LINES = 40;
const LINE_CHARS = 500;

/** Runs the histories of consecutive seeds up to the first that fails. */
export function findFailure(from: {
  readonly seed: number;
  readonly histories: number;
  readonly breakage?: Breakage;
}): Failure | undefined {
  for (let seed = from.seed; seed < from.seed + from.histories; seed += 1) {
    if (fails({ seed, breakage: from.breakage }) !== undefined) return explain(seed, from.breakage);
  }
  return undefined;
}

function fails(options: ConstructorParameters<typeof Simulation>[0]): Error | undefined {
  try {
    new Simulation(options).run();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** The same seed again, with as little going on as it still fails with, and written down. */
function explain(seed: number, breakage: Breakage | undefined): Failure {
  let without: Fault[] = [];
  for (const fault of FAULTS) {
    const fewer = [...without, fault];
    if (fails({ seed, breakage, without: fewer }) !== undefined) without = fewer;
  }
  const lines: string[] = [];
  const trace = (text: () => string): number => lines.push(text().slice(0, LINE_CHARS));
  const error = fails({ seed, breakage, without, trace });
  if (error === undefined) throw new Error(`Seed ${seed} fails, and does not when it is repeated.`);
  const ids = error.message.match(/inv_\w+/g) ?? [];
  const isTold = (line: string): boolean => line.startsWith("CRASH") || ids.some((id) => line.includes(id));
  const told = ids.length === 0 ? lines : lines.filter(isTold);
  return { seed, error, without, trace: told.slice(-TRACE_LINES) };
}

/** All that one needs to go after it. */
export function describeFailure({ seed, error, without, trace }: Failure): string {
  return [
    `History ${seed} breaks a promise: ${error.message}`,
    without.length === 0 ? "" : `It does so also without ${without.join(", ")}.`,
    "Its last events:",
    ...trace.map((line) => `  ${line}`),
    `To repeat it: PERDURE_SIM_SEED=${seed} PERDURE_SIM_HISTORIES=1 npx -y pnpm@10 exec vitest run --project conformance test/simulation`,
    error.name === "Violation" ? "" : (error.stack ?? ""),
  ].join("\n");
}
