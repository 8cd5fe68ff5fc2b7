import type { AttemptEvents, AttemptRequest, Invoker, RunningAttempt } from "@perdure/engine/internal";
import { type JournalInspector, nodeRuntime, type Rest, type Runtime } from "@perdure/sdk/internal";
import type { Activity } from "./activity.ts";

/** The real time that a handler which seems to have changed gets to come back by itself. */
const MISMATCH_GRACE_MS = 50;

interface Watched {
  readonly invocationId: string;
  /** `undefined`: its code is under way. */
  rest: Rest | undefined;
}

/** What the attempts that run are doing. */
export class AttemptWatch {
  readonly #activity: Activity;
  readonly #attempts = new Map<number, Watched>();
  /** Invocations in the order in which they first ran. */
  readonly #order = new Map<string, number>();
  #stepsUnderWay = 0;

  constructor(activity: Activity) {
    this.#activity = activity;
  }

  /** Node's, watched. A mismatch is found in real time, as it waits for work of the author's own. */
  readonly runtime: Pick<Runtime, "quiesce" | "startTimer"> = {
    quiesce: (step, options) => {
      this.#stepsUnderWay += 1;
      nodeRuntime.quiesce(() => {
        this.#stepsUnderWay -= 1;
        this.#activity.note();
        step();
      }, options);
    },
    startTimer: (delayMs, fire) => nodeRuntime.startTimer(Math.min(delayMs, MISMATCH_GRACE_MS), fire),
  };

  /** Whether all of them wait for something durable, and have nothing under way. */
  get rested(): boolean {
    return this.#stepsUnderWay === 0 && this.busy.length === 0;
  }

  /** The invocations whose handlers have something under way: their code, a run, or something of their own. */
  get busy(): readonly { readonly invocationId: string; readonly rest: Rest | undefined }[] {
    return [...this.#attempts.values()].filter(
      ({ rest }) => rest === undefined || !rest.awaiting || rest.runs > 0,
    );
  }

  /** The how-manieth it was that ran; infinite for what has not run yet. */
  orderOf(invocationId: string): number {
    return this.#order.get(invocationId) ?? Infinity;
  }

  restOf(attempt: number): Rest | undefined {
    return this.#attempts.get(attempt)?.rest;
  }

  inspect({ attempt }: AttemptRequest): JournalInspector {
    return {
      rested: (rest) => {
        const watched = this.#attempts.get(attempt);
        if (watched !== undefined) watched.rest = rest;
        this.#activity.note();
      },
    };
  }

  watch(invoker: Invoker): Invoker {
    return {
      start: (request, events) => this.#start(invoker, request, events),
      close: () => invoker.close(),
      get running() {
        return invoker.running;
      },
    };
  }

  #start(invoker: Invoker, request: AttemptRequest, events: AttemptEvents): RunningAttempt {
    const { invocationId, attempt } = request;
    const over = (): void => {
      this.#attempts.delete(attempt);
      this.#activity.note();
    };
    if (!this.#order.has(invocationId)) this.#order.set(invocationId, this.#order.size);
    this.#attempts.set(attempt, { invocationId, rest: undefined });
    this.#activity.note();
    const running = invoker.start(request, {
      started: () => events.started(),
      messages: (messages) => {
        this.#activity.note();
        events.messages(messages);
      },
      failed: (failure, options) => {
        over();
        events.failed(failure, options);
      },
    });
    return {
      feed: (message) => {
        this.#activity.note();
        running.feed(message);
      },
      endInput: () => {
        this.#activity.note();
        running.endInput();
      },
      finish: () => {
        over();
        running.finish();
      },
      abort: (reason) => {
        over();
        running.abort(reason);
      },
    };
  }
}
