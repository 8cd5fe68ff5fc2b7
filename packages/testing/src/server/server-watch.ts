import type { RunningInvocation } from "../engine/running.ts";
import { sayRunning } from "../engine/running.ts";
import { TestEngineError } from "../engine/test-engine-error.ts";
import { sayList } from "../engine/words.ts";
import { fetchJournal } from "../journal/fetch-journal.ts";
import type { RecordedEntry } from "../journal/recorded-journal.ts";
import { pause, realFetch, wallNow } from "../real.ts";
import type { AdminFace } from "./admin-face.ts";
import type { ServedEndpoint } from "./served-endpoint.ts";
import { INVOCATIONS, type InvocationRow, toRunningInvocation } from "./server-rows.ts";

const LOOK_INTERVAL_MS = 15;

/** So many looks in a row must find the same, as a message may be on its way. */
const SAME_LOOKS = 3;

export interface ServerWatchOptions {
  readonly admin: AdminFace;
  readonly endpoint: Pick<ServedEndpoint, "restOf">;
  readonly patienceMs: number;
}

/**
 * What runs on a server, found by asking again and again.
 *
 * 1. At rest is what waits for something durable; what waits for its next attempt is.
 */
export class ServerWatch {
  readonly #options: ServerWatchOptions;

  constructor(options: ServerWatchOptions) {
    this.#options = options;
  }

  /** Resolves when everything has come to rest. Rejects with a `TestEngineError` if that takes too long. */
  async settle(what: string): Promise<readonly InvocationRow[]> {
    const { patienceMs } = this.#options;
    const untilMs = wallNow() + patienceMs;
    let seen: string | undefined;
    for (let same = 0; ; ) {
      const rows = await this.#live();
      const now = rows.every((row) => this.#isRested(row)) ? toPrint(rows) : undefined;
      same = now !== undefined && now === seen ? same + 1 : 1;
      seen = now;
      if (now !== undefined && same >= SAME_LOOKS) return rows;
      if (wallNow() > untilMs) {
        throw new TestEngineError(
          "busy",
          `${what}: after ${patienceMs} ms some handlers have not come to rest:\n${await this.#list()}`,
          "Let the run or the promise that they wait for settle, for example by replacing the run (runs: {...}), or raise patienceMs.",
        );
      }
      await pause(LOOK_INTERVAL_MS);
    }
  }

  /** Waits until nothing sleeps, is to be started or is to be tried again; no longer than `atMostMs` if that is given. */
  async runUntilIdle(atMostMs: number | undefined): Promise<void> {
    const { patienceMs } = this.#options;
    const untilMs = wallNow() + (atMostMs ?? patienceMs);
    for (;;) {
      const rows = await this.settle("runUntilIdle");
      const paused = rows.filter(({ status }) => status === "paused");
      if (paused.length > 0) {
        throw new TestEngineError(
          "paused",
          `runUntilIdle:\n${await this.#list(paused)}`,
          "If it is meant to fail for good, throw a TerminalError. To test the pause itself, use settle, then resume it or kill it.",
        );
      }
      if (!(await this.#hasTimers(rows))) return;
      if (wallNow() > untilMs) {
        if (atMostMs !== undefined) return;
        throw new TestEngineError(
          "endless",
          `runUntilIdle: after ${patienceMs} ms of real time there are timers left:\n${await this.#list()}`,
          "On a real server sleeps take their time. Run this test on the engine only, give runUntilIdle a bound (atMost), or raise patienceMs.",
        );
      }
      await pause(LOOK_INTERVAL_MS);
    }
  }

  async running(): Promise<readonly RunningInvocation[]> {
    return this.#describe(await this.#live());
  }

  #live(): Promise<readonly InvocationRow[]> {
    return this.#options.admin.query(`${INVOCATIONS} WHERE status <> 'completed' ORDER BY created_at`);
  }

  #isRested({ status, id }: InvocationRow): boolean {
    if (status === "ready" || status === "completed") return false;
    if (status !== "running") return true;
    const rest = this.#options.endpoint.restOf(id);
    return rest?.awaiting === true && rest.runs === 0;
  }

  async #hasTimers(rows: readonly InvocationRow[]): Promise<boolean> {
    for (const { status, id } of rows) {
      if (status === "scheduled" || status === "backing-off") return true;
      if (status === "pending") continue;
      if (hasOpenSleep(await this.#entries(id))) return true;
    }
    return false;
  }

  async #list(rows?: readonly InvocationRow[]): Promise<string> {
    return sayList((await this.#describe(rows ?? (await this.#live()))).map(sayRunning));
  }

  #describe(rows: readonly InvocationRow[]): Promise<readonly RunningInvocation[]> {
    return Promise.all(
      rows.map(async (row) => toRunningInvocation(row, sayLastStep(await this.#entries(row.id)))),
    );
  }

  /** None of an invocation that has ended, or has not begun. */
  async #entries(invocationId: string): Promise<readonly RecordedEntry[]> {
    const { url } = this.#options.admin;
    try {
      return (await fetchJournal({ adminUrl: url, invocationId, fetch: realFetch })).entries;
    } catch {
      return [];
    }
  }
}

function toPrint(rows: readonly InvocationRow[]): string {
  return rows
    .map(({ id, status, modified_at, journal_size, retry_count }) =>
      [id, status, modified_at, journal_size, retry_count].join(),
    )
    .join(" ");
}

function hasOpenSleep(entries: readonly RecordedEntry[]): boolean {
  const over = new Set<unknown>();
  for (const entry of entries)
    if ("completionId" in entry && "notification" in entry) over.add(entry.completionId);
  return entries.some(
    (entry) => "command" in entry && entry.command === "Sleep" && !over.has(entry.completionId),
  );
}

function sayLastStep(entries: readonly RecordedEntry[]): string | undefined {
  const last = entries.filter((entry) => "command" in entry).at(-1);
  if (last === undefined || !("command" in last)) return undefined;
  const name = last.name ?? (last.command === "GetPromise" ? last.key : undefined);
  return name === undefined || name === ""
    ? String(last.command)
    : `${String(last.command)} "${String(name)}"`;
}
