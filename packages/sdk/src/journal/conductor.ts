import { CancelledError } from "../errors.ts";
import {
  type Bytes,
  CANCEL_SIGNAL,
  type Command,
  type NotificationResult,
  type Outcome,
} from "../protocol/messages.ts";
import { foreignStepAdvice, insideRunError } from "./advice.ts";
import { Awaits, describeLeaf } from "./awaiting.ts";
import { markDelivered } from "./delivered-errors.ts";
import { Delivery } from "./delivery.ts";
import { describeCommand } from "./describe.ts";
import type { Durable } from "./durable.ts";
import type { JournalEffects } from "./effects.ts";
import { Ending } from "./ending.ts";
import type { Leaf } from "./leaf.ts";
import type { JournalOptions } from "./options.ts";
import { Recorder } from "./recorder.ts";
import type { RunFailures } from "./run-retry.ts";
import { type PendingRun, type RunFailed, Runs, type RunsOwner } from "./runs.ts";
import { TrackedCalls } from "./tracked-calls.ts";

/** After so many deliveries other work of the process gets a turn. */
export const DELIVERIES_PER_TURN = 256;

/**
 * When handler code goes on.
 *
 * Owns: what handler code may observe and in which order. Does not own: how an
 * attempt ends (`ending.ts`), bytes, I/O, time, and the single commands, which
 * `journal.ts` and `context/` build.
 *
 * 1. Handler code is *quiescent* when its microtasks and ticks have drained. Only
 *    then, and only if something is awaited, one notification is delivered: of
 *    those whose promise is subscribed, the one that stands earliest in the
 *    journal. Live and in replay alike.
 * 2. Between two deliveries the code is synchronous as far as the journal can
 *    tell. So the commands it issues are a function of the input and of the order
 *    of notifications, and that order is what the journal stores.
 * 3. A cancellation is a notification like any other. In its turn it rejects
 *    every await that is pending, once; later awaits work.
 * 4. Nothing awaited: nothing is delivered, and the attempt is not suspended. The
 *    code is busy with something of its own.
 * 5. Closures of runs start when replay is over and nothing can be delivered.
 * 6. When the attempt has ended, nothing that the code does can reach the outside,
 *    and its promises stay pending.
 */
export class Conductor implements RunsOwner {
  readonly #options: JournalOptions;
  readonly #effects: JournalEffects;
  readonly #recorder: Recorder;
  readonly #delivery: Delivery;
  readonly #runs: Runs;
  readonly #awaits = new Awaits();
  readonly #ending: Ending;
  readonly #calls: TrackedCalls;
  readonly #startedAtMs: number;
  #scheduled = false;
  /** Between a delivery and the quiescence that follows it (rule 2). */
  #window = true;
  #inputEnded = false;
  /** What the handler has ended with. */
  #outcome: Outcome | undefined;
  /** What was issued is sent at the next quiescent point. */
  #holding = false;
  #deliveriesThisTurn = 0;
  #warnedForeign = false;
  #cancelling = false;
  /** v7: results that the engine confirms by id alone. */
  readonly #proposed = new Map<number, Outcome>();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#effects = options.effects;
    this.#recorder = new Recorder({
      where: () => `${options.target} (${options.start.debugId})`,
      comparePayloads: options.comparePayloads,
      inspector: options.inspector,
    });
    this.#delivery = new Delivery({ cancelIsForAll: !options.explicitCancellation });
    this.#calls = new TrackedCalls(this.#delivery);
    this.#runs = new Runs(this, options.inspector?.around);
    this.#ending = new Ending(options, { recorder: this.#recorder, awaits: this.#awaits });
    this.#startedAtMs = options.effects.now();
  }

  // ------------------------------------------------------------ the driver's side

  /** Adds an entry of the recorded journal; all of them before the handler starts. */
  load(command: Command): void {
    this.#recorder.load(command);
  }

  /** The first recorded command, which every journal begins with. */
  takeInput(): { readonly value: Bytes; readonly headers: ReadonlyMap<string, string> } | undefined {
    const input = this.#recorder.takeInput();
    if (input === undefined) return undefined;
    const headers = new Map(input.headers.map(({ key, value }) => [key.toLowerCase(), value]));
    return { value: input.value, headers };
  }

  receiveCompletion(completionId: number, result: NotificationResult): void {
    this.#delivery.receiveCompletion(completionId, result, this.#recorder.recordedCount);
    this.#schedule();
  }

  receiveSignal(signal: number | string, result: NotificationResult): void {
    this.#delivery.receiveSignal(signal, result, this.#recorder.recordedCount);
    this.#schedule();
  }

  /** v7: the engine stored the proposal. False when there was none. */
  receiveRunAck(completionId: number): boolean {
    const result = this.#proposed.get(completionId);
    if (result === undefined) return false;
    this.#proposed.delete(completionId);
    this.receiveCompletion(completionId, result);
    return true;
  }

  /** The engine will send nothing more: from now on waiting means suspending. */
  endInput(): void {
    this.#inputEnded = true;
    this.#schedule();
  }

  /** The handler was called; its first quiescent point is near. */
  handlerStarted(): void {
    this.#window = true;
    this.#schedule();
  }

  /** The handler is done. It ends at the next quiescent point, behind what is still being issued. */
  finish(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#schedule();
  }

  /** Gives the attempt up without a word: its stream is gone. */
  abandon(): void {
    this.#ending.close();
  }

  // ------------------------------------------------------------ the code's side

  get closed(): boolean {
    return this.#ending.closed;
  }

  /** Whether the code is still repeating what an earlier attempt did. */
  get replaying(): boolean {
    return this.#recorder.replaying;
  }

  /** The recorded command that the code has to issue next. */
  get expected(): Command | undefined {
    return this.#recorder.expected;
  }

  /** Issues a command: compares it with the recorded one, or sends it at the next quiescent point. */
  issue(command: Command): void {
    const { inspector } = this.#options;
    if (this.closed) {
      if (this.#outcome !== undefined) {
        inspector?.misused?.({ type: "afterEnd", tried: describeCommand(command) });
      }
      return;
    }
    const run = this.#runs.startingName ?? inspector?.insideRun?.();
    if (run !== undefined) {
      inspector?.misused?.({ type: "insideRun", run, tried: describeCommand(command) });
      throw insideRunError(run, command);
    }
    if (!this.#window && this.#awaits.size > 0) this.#foreignStep(command);
    if (!this.#ending.issue(command)) return;
    this.#ending.clearGrace();
    this.#schedule();
  }

  /** A call was made: a cancellation is handed on to it. */
  trackCall(invocationIdCompletionId: number): void {
    this.#calls.add(invocationIdCompletionId);
  }

  drainTrackedCalls(): readonly number[] {
    return this.#calls.drain();
  }

  /** The closure runs when the time has come, unless the journal holds its result. */
  addRun(run: Omit<PendingRun, "commandIndex">): void {
    if (this.closed || this.#delivery.holds(run.command.completionId)) return;
    this.#runs.add({ ...run, commandIndex: this.#recorder.issued - 1 });
  }

  /** Commands issued so far, the input included: the index of the next one. */
  get issued(): number {
    return this.#recorder.issued;
  }

  /**
   * Ends the attempt by an error; the invocation is tried again. A command without
   * an index is the one that was being prepared; without a command, the last one counts.
   */
  fail(error: unknown, command?: Pick<Command, "type" | "name">, commandIndex?: number): void {
    const { issued } = this.#recorder;
    this.#ending.fail({
      error,
      command,
      commandIndex: commandIndex ?? (command === undefined ? issued - 1 : issued),
    });
  }

  leafSubscribed(leaf: Leaf<unknown>): void {
    const { inspector } = this.#options;
    if (this.closed) {
      if (this.#outcome !== undefined)
        inspector?.misused?.({ type: "afterEnd", tried: `to await ${describeLeaf(leaf)}` });
      return;
    }
    inspector?.awaited?.(leaf.command);
    this.#awaits.add(leaf);
    this.#delivery.subscribe(leaf);
    this.#schedule();
  }

  derivedSubscribed(derived: Durable<unknown>): void {
    if (!this.closed) this.#awaits.add(derived);
  }

  derivedSettled(derived: Durable<unknown>): void {
    this.#awaits.delete(derived);
  }

  propose(run: PendingRun, result: Outcome): void {
    if (this.closed) return;
    const { completionId } = run.command;
    if (this.#options.version >= 7) this.#proposed.set(completionId, result);
    this.#recorder.post({ type: "ProposeRunCompletion", completionId, result });
    this.#schedule();
  }

  runFailed({ run, error, delayMs, pause }: RunFailed): void {
    this.#ending.fail({
      error,
      command: run.command,
      commandIndex: run.commandIndex,
      nextRetryDelayMs: delayMs,
      behavior: pause ? "pause" : undefined,
    });
  }

  /** Protocol section 3.6: the engine's count is this run's only if nothing new was recorded since. */
  countFailures(): RunFailures {
    const { retryCountSinceLastStoredEntry: count, durationSinceLastStoredEntryMs } = this.#options.start;
    const attemptMs = this.#effects.now() - this.#startedAtMs;
    if (this.#recorder.added > 0 || count === 0) return { count: 1, elapsedMs: attemptMs };
    return { count: count + 1, elapsedMs: durationSinceLastStoredEntryMs + attemptMs };
  }

  // ------------------------------------------------------------ the steps

  #schedule(): void {
    if (this.#scheduled || this.closed) return;
    this.#scheduled = true;
    const yieldTurn = this.#deliveriesThisTurn >= DELIVERIES_PER_TURN;
    if (yieldTurn) this.#deliveriesThisTurn = 0;
    this.#effects.quiesce(this.#step, { yieldTurn });
  }

  /** What happens at a quiescent point. */
  readonly #step = (): void => {
    this.#scheduled = false;
    if (this.closed) return;
    this.#window = false;
    this.#holding = false;
    if (this.#outcome !== undefined) this.#end(this.#outcome);
    else if (this.#cancelling) this.#cancel();
    else if (this.#awaits.size === 0) this.#idle();
    else this.#deliver();
    // Here, so that all of a step leaves in one piece.
    if (!this.closed && !this.#holding) this.#ending.flush();
  };

  /** Rule 4. */
  #idle(): void {
    if (!this.#startRuns()) this.#rest();
  }

  #deliver(): void {
    const candidate = this.#delivery.take(this.#recorder.issued);
    switch (candidate.type) {
      case "settle":
        this.#ending.flush();
        this.#open();
        this.#awaits.delete(candidate.leaf);
        candidate.leaf.settle(candidate.result);
        break;
      case "cancel":
        this.#cancelling = true;
        this.#cancel();
        break;
      case "gated":
      case "none":
        this.#block();
    }
  }

  /** Handler code is about to go on. */
  #open(): void {
    this.#window = true;
    this.#deliveriesThisTurn += 1;
    this.#ending.clearGrace();
    this.#schedule();
  }

  /** Something is awaited, and nothing can be delivered. */
  #block(): void {
    if (this.#recorder.replaying) {
      this.#ending.startGrace();
      return;
    }
    if (this.#startRuns() || this.closed) return;
    if (this.#runs.executing > 0) this.#rest();
    else if (this.#inputEnded) this.#ending.suspend();
    else {
      this.#ending.reportAwaits({ executingSideEffects: false });
      this.#rest();
    }
  }

  #rest(): void {
    if (this.closed) return;
    this.#ending.flush();
    this.#options.inspector?.rested?.({ awaiting: this.#awaits.size > 0, runs: this.#runs.executing });
  }

  /** Whether to come back at the next quiescent point, since closures have just started. */
  #startRuns(): boolean {
    const { inspector } = this.#options;
    if (this.#recorder.replaying || inspector?.holdsRuns === true || !this.#runs.waiting) return false;
    // What ends at once leaves in one piece with its command; apart when a tool looks
    // on, which may want to interfere between the two.
    this.#holding = inspector === undefined;
    if (this.#holding) this.#schedule();
    else this.#ending.flush();
    this.#runs.start();
    return this.#holding;
  }

  /**
   * Rule 3. The calls made so far are cancelled first, in the order in which they
   * were made; while one's id is not known, nothing else is delivered.
   */
  #cancel(): void {
    const { missing } = this.#calls;
    if (missing.length > 0) {
      if (this.#inputEnded) this.#ending.suspendOn(missing);
      else this.#rest();
      return;
    }
    this.#cancelling = false;
    this.#open();
    for (const targetInvocationId of this.#calls.drainIds()) {
      const result = { type: "void" } as const;
      this.issue({ type: "SendSignal", targetInvocationId, signal: CANCEL_SIGNAL, result, name: "" });
    }
    if (this.closed) return;
    this.#delivery.unsubscribeAll();
    for (const durable of this.#awaits.takeAll()) durable.rejectAwait(markDelivered(new CancelledError()));
  }

  #end(outcome: Outcome): void {
    this.#window = true;
    this.#ending.succeed(this.#options.inspector?.ends?.(outcome) ?? outcome);
  }

  #foreignStep(command: Command): void {
    const misused = this.#options.inspector?.misused;
    if (misused !== undefined) {
      misused({ type: "foreignStep", tried: describeCommand(command), awaited: this.#awaits.describe() });
      return;
    }
    if (this.#warnedForeign) return;
    this.#warnedForeign = true;
    this.#effects.advise(foreignStepAdvice(this.#options.target, this.#awaits.describe()));
  }
}
