import { createMemoryStore } from "@perdure/engine/internal";
import { realNow } from "../engine/activity.ts";
import { type Assembled, assemble } from "../engine/assemble.ts";
import { PATIENCE_MS, SEED } from "../engine/options.ts";
import { sayRunning } from "../engine/running.ts";
import { toTestEngine } from "../engine/test-engine.ts";
import { sayList } from "../engine/words.ts";
import type { Happening } from "./chronicle.ts";
import { Disturber, type Place } from "./disturber.ts";
import type { ExploredRun } from "./explored-run.ts";
import { gatherInvocations, gatherState } from "./gather.ts";
import { Holding } from "./holding.ts";
import type { ExploreOptions, ExploreSubject } from "./options.ts";
import { formatFault, formatSchedule, isOrdered, type Schedule } from "./schedule.ts";
import { SteadyClients } from "./steady-clients.ts";

/** What a run shows to the search. */
export interface RunRecord<Result, Effects> {
  readonly schedule: Schedule;
  readonly run: ExploredRun<Result, Effects>;
  /** What `effects` gave before the scenario began. */
  readonly effectsBefore: Effects;
  readonly places: readonly Place[];
  readonly choicePoints: readonly number[];
  readonly happenings: readonly Happening[];
  /** The faults that have not happened. */
  readonly unreached: readonly string[];
  /** What was noticed of misuse in handler code. */
  readonly misuses: readonly string[];
  /** Why the run was given up, if it was. */
  readonly stopped: Stop | undefined;
  /** Whether the scenario threw. */
  readonly threw: boolean;
}

export interface Stop {
  readonly type: "mismatch" | "hangs";
  readonly message: string;
}

/** Taken when this is loaded: a test may replace the global timers by its runner's own. */
const { setImmediate: nextTurn, setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

/** Runs the scenario once, on an engine of its own, disturbed as the schedule says. */
export async function runOnce<Result, Effects>(
  options: ExploreOptions<Result, Effects>,
  schedule: Schedule,
): Promise<RunRecord<Result, Effects>> {
  const subject = await options.setup();
  return await new OneRun(options, subject, schedule).execute();
}

class OneRun<Result, Effects> {
  readonly #options: ExploreOptions<Result, Effects>;
  readonly #subject: ExploreSubject<Effects>;
  readonly #schedule: Schedule;
  readonly #content = new Map<string, Uint8Array>();
  readonly #clients: SteadyClients;
  readonly #holding: Holding | undefined;
  readonly #disturber: Disturber;
  #parts: Assembled | undefined;
  #isRestarting = false;
  #stop: (stop: Stop) => void = () => {};
  readonly #stopped: Promise<Stop>;

  constructor(
    options: ExploreOptions<Result, Effects>,
    subject: ExploreSubject<Effects>,
    schedule: Schedule,
  ) {
    this.#options = options;
    this.#subject = subject;
    this.#schedule = schedule;
    this.#clients = new SteadyClients(subject.seed ?? SEED);
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
    this.#holding = isOrdered(schedule)
      ? new Holding({
          schedule,
          timers: options.timers === true,
          nextTimerAtMs: () => this.#assembled.time.nextWorkAtMs,
          fireTimer: () => void this.#assembled.time.step(Infinity),
          rest: () => this.#rest(),
          note: (happening) => void this.#disturber.happenings.push(happening),
        })
      : undefined;
    this.#disturber = new Disturber({
      schedule,
      holding: this.#holding,
      cancel: (invocationId) => {
        this.#assembled.api.control("cancel", invocationId).catch(this.#lost);
      },
      restart: () => this.#restart(),
      retrySoon: () => void nextTurn(() => this.#retryNow()),
      mismatched: (message) => this.#stop({ type: "mismatch", message }),
    });
  }

  async execute(): Promise<RunRecord<Result, Effects>> {
    const { effects, ...engineOptions } = this.#subject;
    const parts = await assemble(this.#quieter(engineOptions), {
      store: createMemoryStore({ content: this.#content }),
      wrapInvoker: (invoker) => this.#disturber.wrap(invoker),
      inspect: (request) => this.#disturber.inspect(request),
      wrapApi: this.#clients.wrap,
      entropy: this.#clients.entropy,
      isRested: () => !this.#isRestarting && this.#holding?.isEmpty !== false,
    });
    this.#parts = parts;
    const stopWatching = this.#watchForHangs(parts);
    try {
      const effectsBefore = await takeEffects(effects);
      const ended = await this.#play(parts);
      const stopped = ended.type === "stopped" ? ended.stop : await this.#settle(parts);
      return {
        schedule: this.#schedule,
        run: {
          schedule: formatSchedule(this.#schedule),
          result: ended.type === "returned" ? ended.result : undefined,
          error: ended.type === "threw" ? ended.error : undefined,
          effects: await takeEffects(effects),
          state: gatherState(this.#content),
          invocations: await gatherInvocations(parts.api, this.#disturber.subjects),
          cancelled: this.#disturber.cancelled.map(({ target: { service, key, handler } }) =>
            key === undefined ? `${service}/${handler}` : `${service}/${key}/${handler}`,
          ),
        },
        effectsBefore,
        places: this.#disturber.places,
        choicePoints: this.#holding?.choicePoints ?? [],
        happenings: this.#disturber.happenings,
        unreached: [...this.#disturber.unreached.map(formatFault), ...(this.#holding?.unreached ?? [])],
        misuses: parts.misuses().map(({ message }) => message),
        stopped,
        threw: ended.type === "threw",
      };
    } finally {
      stopWatching();
      await parts.close();
    }
  }

  get #assembled(): Assembled {
    if (this.#parts === undefined) throw new Error("The engine is not there yet.");
    return this.#parts;
  }

  /** What handlers say, and what they misuse, is told once: by the undisturbed run. */
  #quieter(options: ExploreSubject<Effects>): ExploreSubject<Effects> {
    if (this.#schedule.length === 0) return options;
    const misuse = options.strict === true ? options.misuse : "off";
    return { ...options, misuse, logger: options.logger ?? (() => {}) };
  }

  async #play(parts: Assembled): Promise<Ended<Result>> {
    const engine = toTestEngine(parts);
    const scenario = (async () => this.#options.scenario(engine))().then(
      (result): Ended<Result> => ({ type: "returned", result }),
      (error: unknown): Ended<Result> => ({ type: "threw", error }),
    );
    return await Promise.race([
      scenario,
      this.#stopped.then((stop): Ended<Result> => ({ type: "stopped", stop })),
    ]);
  }

  /** What the scenario has left running comes to rest. */
  async #settle({ pacemaker }: Assembled): Promise<Stop | undefined> {
    const settled = pacemaker.settle("The end of the scenario").then(
      () => undefined,
      (error: Error): Stop => ({ type: "hangs", message: error.message }),
    );
    return await Promise.race([settled, this.#stopped]);
  }

  /** Told when for a while nothing has happened, and nothing is left that could. */
  #watchForHangs({ activity, running }: Assembled): () => void {
    const { patienceMs = PATIENCE_MS } = this.#subject;
    let lastMs = realNow();
    const stopListening = activity.listen(() => {
      lastMs = realNow();
    });
    const look = (): void => {
      const leftMs = patienceMs - (realNow() - lastMs);
      if (leftMs > 0) {
        timer = startTimer(look, leftMs);
        return;
      }
      const left = running().map(sayRunning);
      const what = left.length === 0 ? "Nothing runs any more." : `What runs:\n${sayList(left)}`;
      const message = `The scenario has not ended, and for ${patienceMs} ms of real time nothing has happened. ${what}`;
      this.#stop({ type: "hangs", message });
    };
    let timer = startTimer(look, patienceMs);
    return () => {
      stopListening();
      stopTimer(timer);
    };
  }

  /** The engine itself has failed, or was closed meanwhile. */
  readonly #lost = (error: Error): void => {
    this.#stop({ type: "hangs", message: `The engine does not go on: ${error.message}` });
  };

  #retryNow(): void {
    const { time } = this.#assembled;
    while (time.step(time.nowMs));
  }

  #restart(): void {
    this.#isRestarting = true;
    this.#disturber.dropAll();
    // What clients have asked for just now is taken in before.
    const reopened = new Promise<void>((resolve) => nextTurn(resolve)).then(async () => {
      await this.#assembled.reopen(createMemoryStore({ content: this.#content }));
      this.#isRestarting = false;
      this.#assembled.activity.note();
    });
    reopened.catch(this.#lost);
    this.#clients.hold(reopened);
  }

  /** Resolves when all code waits, but for what it has said already. */
  async #rest(): Promise<void> {
    const { activity, busy } = this.#assembled;
    const { patienceMs = PATIENCE_MS } = this.#subject;
    const startedAtMs = realNow();
    for (;;) {
      await activity.quiet(patienceMs);
      const isRested = busy().every(({ invocationId }) => this.#holding?.hasEnded(invocationId) === true);
      const leftMs = patienceMs - (realNow() - startedAtMs);
      if ((isRested && !this.#isRestarting) || leftMs <= 0) return;
      await activity.next(leftMs);
    }
  }
}

type Ended<Result> =
  | { readonly type: "returned"; readonly result: Result }
  | { readonly type: "threw"; readonly error: unknown }
  | { readonly type: "stopped"; readonly stop: Stop };

/** A copy, as the fakes go on. */
async function takeEffects<Effects>(
  effects: (() => Effects | Promise<Effects>) | undefined,
): Promise<Effects> {
  const value = await effects?.();
  try {
    return structuredClone(value) as Effects;
  } catch (cause) {
    throw new TypeError(
      "explore: effects() must return plain data (objects, arrays, maps, sets, dates, texts, numbers): it is copied and compared.",
      { cause },
    );
  }
}
