import type { AttemptEvents, AttemptRequest, Invoker, RunningAttempt } from "@perdure/engine/internal";
import { isCommand, type JournalInspector, type Message } from "@perdure/sdk/internal";
import { type Happening, sayMessage } from "./chronicle.ts";
import type { Holding } from "./holding.ts";
import { type Fault, formatFault, type PlacedFaultType, type Schedule } from "./schedule.ts";
import { Subject } from "./subject.ts";

/**
 * Stands between the engine and the attempts of one run, and does what the
 * schedule says.
 *
 * 1. A fault happens once, at its place: the first time it is reached.
 * 2. Whatever an attempt says after it was broken off is lost.
 * 3. The next attempt follows at once: time does not move, and no failure is counted.
 */
export interface DisturberOptions {
  readonly schedule: Schedule;
  /** What attempts say goes through it, if there is one. */
  readonly holding: Holding | undefined;
  readonly cancel: (invocationId: string) => void;
  /** Called from within an event; closes the engine and opens it again, later. */
  readonly restart: () => void;
  /** Timers that are due by now are to fire soon. */
  readonly retrySoon: () => void;
  /** An attempt failed as the journal and the code do not agree. */
  readonly mismatched: (message: string) => void;
}

/** A place at which a fault could be put. */
export interface Place {
  readonly type: PlacedFaultType;
  readonly invocation: number;
  readonly at: number;
}

const BROKEN_OFF = {
  code: 500,
  message: "The attempt was broken off by the exploration.",
  restateCode: "RT0010",
} as const;

/** The error code of an attempt whose code and journal differ. Protocol section 4. */
const MISMATCH = 570;

interface Attempt {
  readonly subject: Subject;
  readonly running: () => RunningAttempt;
  readonly events: AttemptEvents;
  /** Rule 2. */
  over: boolean;
}

export class Disturber {
  readonly #options: DisturberOptions;
  readonly #subjects = new Map<string, Subject>();
  readonly #attempts = new Map<number, Attempt>();
  readonly #faults = new Map<string, Fault>();
  readonly #suspendsAll: boolean;
  /** All places that were passed, in order. */
  readonly places: Place[] = [];
  readonly happenings: Happening[] = [];
  /** Who was cancelled. */
  readonly cancelled: Subject[] = [];

  constructor(options: DisturberOptions) {
    this.#options = options;
    for (const fault of options.schedule) {
      if ("invocation" in fault) this.#faults.set(formatFault(fault), fault);
    }
    this.#suspendsAll = options.schedule.some(({ type }) => type === "suspendAll");
  }

  get subjects(): readonly Subject[] {
    return [...this.#subjects.values()];
  }

  /** The faults whose place was never reached. */
  get unreached(): readonly Fault[] {
    return [...this.#faults.values()];
  }

  wrap(invoker: Invoker): Invoker {
    return {
      start: (request, events) => this.#start(invoker, request, events),
      close: () => invoker.close(),
      get running() {
        return invoker.running;
      },
    };
  }

  inspect({ attempt: number }: Pick<AttemptRequest, "attempt">): JournalInspector {
    return {
      rested: ({ awaiting }) => {
        const attempt = this.#attempts.get(number);
        if (awaiting && attempt !== undefined && !attempt.over) this.#waits(attempt);
      },
    };
  }

  /** Every attempt is broken off without a word. */
  dropAll(): void {
    for (const attempt of this.#attempts.values()) attempt.over = true;
    this.#attempts.clear();
    this.#options.holding?.dropAll();
  }

  #start(invoker: Invoker, request: AttemptRequest, events: AttemptEvents): RunningAttempt {
    const { holding } = this.#options;
    const subject = this.#subjectOf(request);
    subject.entries = request.start.knownEntries;
    this.happenings.push({
      type: "started",
      invocation: subject.number,
      target: subject.target,
      known: subject.entries,
    });
    const attempt: Attempt = { subject, events, running: () => running, over: false };
    this.#attempts.set(request.attempt, attempt);
    const over = (): void => {
      attempt.over = true;
      holding?.drop(attempt);
      if (this.#attempts.get(request.attempt) === attempt) this.#attempts.delete(request.attempt);
    };
    const deliver = (messages: readonly Message[]): void => this.#deliver(attempt, messages);
    const running = invoker.start(this.#suspendsAll ? withoutPatience(request) : request, {
      started: () => events.started(),
      messages: (messages) => {
        if (attempt.over) return;
        if (holding === undefined) deliver(messages);
        else
          holding.add(attempt, {
            invocationId: subject.id,
            number: subject.number,
            messages,
            deliver,
            say: (message) => sayMessage(message, subject.stepOf(message)),
          });
      },
      failed: (failure, options) => {
        if (attempt.over) return;
        over();
        events.failed(failure, options);
      },
    });
    return {
      feed: (message) => {
        if (!attempt.over && !this.#isCutOff(attempt, message)) running.feed(message);
      },
      endInput: () => running.endInput(),
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

  #subjectOf({ invocationId: id, target, entries }: AttemptRequest): Subject {
    const known = this.#subjects.get(id);
    if (known !== undefined) return known;
    const [first] = entries;
    const input = first?.type === "Input" ? first.value : new Uint8Array();
    const subject = new Subject({ id, target, number: this.#subjects.size + 1, input });
    this.#subjects.set(id, subject);
    return subject;
  }

  /** Takes the fault of this place, if there is one. */
  #pass(type: PlacedFaultType, { number: invocation }: Subject, at: number): boolean {
    const place: Place = { type, invocation, at };
    this.places.push(place);
    return this.#faults.delete(formatFault(place));
  }

  #deliver(attempt: Attempt, messages: readonly Message[]): void {
    const { subject, events } = attempt;
    for (const [index, message] of messages.entries()) {
      if (message.type === "ProposeRunCompletion") {
        subject.runs += 1;
        if (this.#pass("rerun", subject, subject.runs)) {
          const what = subject.stepOf(message) ?? "a run";
          this.#note(subject, "rerun", what);
          if (index > 0) events.messages(messages.slice(0, index));
          this.#breakOff(attempt);
          return;
        }
      } else if (!isCommand(message)) {
        this.#noteEnd(subject, message);
        continue;
      }
      const fault = this.#stored(subject, message);
      if (fault === undefined) continue;
      events.messages(messages.slice(0, index + 1));
      if (fault === "crash") this.#breakOff(attempt);
      else this.#options.restart();
      return;
    }
    events.messages(messages);
  }

  /** An entry more; gives the fault that follows it. */
  #stored(subject: Subject, message: Message): "crash" | "restart" | undefined {
    const entry = subject.entries;
    subject.entries += 1;
    subject.said(message);
    const of = subject.stepOf(message);
    this.happenings.push({ type: "stored", invocation: subject.number, entry, message, of });
    const isCrash = this.#pass("crash", subject, entry);
    const isRestart = this.#pass("restart", subject, entry);
    if (!isCrash && !isRestart) return undefined;
    const fault = isRestart ? "restart" : "crash";
    this.#note(subject, fault, `entry ${entry} (${sayMessage(message, of)})`);
    return fault;
  }

  /** Whether what the engine has stored never reaches the attempt. */
  #isCutOff(attempt: Attempt, message: Message): boolean {
    if (message.type !== "Completion" && message.type !== "Signal") return false;
    const fault = this.#stored(attempt.subject, message);
    if (fault === undefined) return false;
    // The engine is in the middle of something: its events come later.
    if (fault === "restart") this.#options.restart();
    else {
      attempt.over = true;
      queueMicrotask(() => this.#breakOff(attempt));
    }
    return true;
  }

  #breakOff(attempt: Attempt): void {
    attempt.over = true;
    this.#options.holding?.drop(attempt);
    attempt.running().abort(BROKEN_OFF.message);
    attempt.events.failed(BROKEN_OFF, { nextRetryDelayMs: 0, countsForHandler: false });
    this.#options.retrySoon();
  }

  #waits(attempt: Attempt): void {
    const { subject } = attempt;
    subject.waits += 1;
    if (this.#pass("suspend", subject, subject.waits)) {
      this.#note(subject, "suspend", "");
      queueMicrotask(() => attempt.running().endInput());
    }
    if (this.#pass("cancel", subject, subject.waits)) {
      this.#note(subject, "cancel", "");
      this.cancelled.push(subject);
      this.#options.cancel(subject.id);
    }
  }

  #note({ number: invocation }: Subject, fault: PlacedFaultType, what: string): void {
    this.happenings.push({ type: "fault", invocation, fault, what });
  }

  #noteEnd({ number: invocation }: Subject, message: Message): void {
    if (message.type !== "End" && message.type !== "Suspension" && message.type !== "Error") return;
    this.happenings.push({ type: "ended", invocation, message });
    if (message.type === "Error" && message.code === MISMATCH) this.#options.mismatched(message.message);
  }
}

/** Of an attempt that may not wait at all. */
function withoutPatience(request: AttemptRequest): AttemptRequest {
  const { handler } = request;
  return { ...request, handler: { ...handler, options: { ...handler.options, inactivityTimeoutMs: 0 } } };
}
