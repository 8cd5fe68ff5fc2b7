import { CANCEL_SIGNAL, type NotificationResult } from "../protocol/messages.ts";
import { Heap } from "./heap.ts";
import type { Leaf } from "./leaf.ts";

/**
 * Which notification is delivered next.
 *
 * Owns: the notifications in the order in which the engine stored them, and
 * which of them were already taken. Does not own: when a delivery may happen.
 *
 * 1. Of all received notifications whose promise is subscribed and unsettled, the
 *    one that stands earliest goes first, one at a time, live and in replay alike.
 * 2. What arrives for a promise that nobody subscribed to is kept.
 * 3. The first completion of an id counts; later ones are ignored. Signals of one
 *    name queue up and go to the subscribers in the order of subscription.
 * 4. A notification is not delivered before the recorded commands that precede it
 *    were issued (`gate`).
 * 5. Each completion id has at most one promise.
 */

/** One notification, or the completion of an id that is still to come. One shape for all, for speed. */
interface Slot {
  /** Where it stands among the notifications; {@link NOT_YET} if it has not come. */
  pos: number;
  /** How many recorded commands stand before it in the journal. */
  gate: number;
  result: NotificationResult | undefined;
  /** Whom a completion is for, while that waits. */
  leaf: Leaf<unknown> | undefined;
  /** Its turn came when nobody waited for it. */
  passed: boolean;
  /** Of a signal. */
  readonly signal: number | string | undefined;
}

interface Waiting {
  readonly pos: number;
  readonly leaf: Leaf<unknown>;
  readonly slot: Slot;
}

export type Candidate =
  | { readonly type: "settle"; readonly leaf: Leaf<unknown>; readonly result: NotificationResult }
  | { readonly type: "cancel" }
  /** The next delivery stands behind a recorded command that was not issued yet. */
  | { readonly type: "gated" }
  | { readonly type: "none" };

const NONE: Candidate = { type: "none" };
const GATED: Candidate = { type: "gated" };
const CANCEL: Candidate = { type: "cancel" };

const NOT_YET = -1;

/**
 * Stands for all completions that were delivered, so that none is held until the attempt
 * ends. Frozen, since all attempts share it: who breaks rule 5 hears of it.
 */
const DELIVERED: Slot = Object.freeze({
  pos: 0,
  gate: 0,
  result: undefined,
  leaf: undefined,
  passed: false,
  signal: undefined,
});

export class Delivery {
  /** Those before the cursor have gone from it. */
  readonly #queue: (Slot | undefined)[] = [];
  #cursor = 0;
  /** By completion id. They are given out one after another, so there are few gaps. */
  readonly #completions: (Slot | undefined)[] = [];
  readonly #keptSignals = new Map<number | string, Slot[]>();
  /** Kept notifications whose promise was subscribed later. */
  readonly #ready = new Heap<Waiting>();
  readonly #signalWaiters = new Map<number | string, Leaf<unknown>[]>();
  readonly #cancelIsForAll: boolean;

  constructor(options: { readonly cancelIsForAll: boolean }) {
    this.#cancelIsForAll = options.cancelIsForAll;
  }

  receiveCompletion(completionId: number, result: NotificationResult, gate: number): void {
    let slot = this.#completions[completionId];
    if (slot === undefined) {
      slot = { pos: NOT_YET, gate, result, leaf: undefined, passed: false, signal: undefined };
      this.#completions[completionId] = slot;
    } else if (slot.pos !== NOT_YET) {
      return;
    }
    slot.pos = this.#queue.length;
    slot.gate = gate;
    slot.result = result;
    this.#queue.push(slot);
  }

  receiveSignal(signal: number | string, result: NotificationResult, gate: number): void {
    const pos = this.#queue.length;
    this.#queue.push({ pos, gate, result, leaf: undefined, passed: false, signal });
  }

  /** Whether the journal already holds the completion of this id, delivered or not. */
  holds(completionId: number): boolean {
    const slot = this.#completions[completionId];
    return slot !== undefined && slot.pos !== NOT_YET;
  }

  /** What a completion with an invocation id holds, delivered or not; `undefined` if it has not come. */
  invocationIdOf(completionId: number): string | undefined {
    const result = this.#completions[completionId]?.result;
    return result?.type === "invocationId" ? result.invocationId : undefined;
  }

  subscribe(leaf: Leaf<unknown>): void {
    const { source } = leaf;
    if (source.type === "signal") {
      this.#subscribeSignal(leaf, source.signal);
      return;
    }
    const slot = this.#completions[source.id];
    if (slot === undefined) {
      this.#completions[source.id] = {
        pos: NOT_YET,
        gate: 0,
        result: undefined,
        leaf,
        passed: false,
        signal: undefined,
      };
    } else if (slot.passed) {
      this.#ready.push({ pos: slot.pos, leaf, slot });
    } else {
      slot.leaf = leaf;
    }
  }

  #subscribeSignal(leaf: Leaf<unknown>, signal: number | string): void {
    const slot = this.#keptSignals.get(signal)?.shift();
    if (slot !== undefined) {
      this.#ready.push({ pos: slot.pos, leaf, slot });
      return;
    }
    const waiters = this.#signalWaiters.get(signal);
    if (waiters === undefined) this.#signalWaiters.set(signal, [leaf]);
    else waiters.push(leaf);
  }

  /** Nobody waits any more, by a cancellation; what is not taken stays kept. */
  unsubscribeAll(): void {
    this.#completions.forEach((slot) => {
      if (slot?.leaf !== undefined) slot.leaf = undefined;
    });
    this.#signalWaiters.clear();
    // Rule 1 drains `ready` before anything later in the queue, the cancel signal included.
    for (let entry = this.#ready.pop(); entry !== undefined; entry = this.#ready.pop()) {
      this.#keep(entry.slot);
    }
  }

  /** The next delivery, already taken unless it is gated. `issued`: commands issued so far. */
  take(issued: number): Candidate {
    const first = this.#ready.peek();
    if (first !== undefined) {
      if (first.slot.gate > issued) return GATED;
      this.#ready.pop();
      return this.#settle(first.leaf, first.slot);
    }
    while (this.#cursor < this.#queue.length) {
      const slot = this.#queue[this.#cursor] as Slot;
      const candidate =
        slot.signal === undefined ? this.#matchCompletion(slot, issued) : this.#matchSignal(slot, issued);
      if (candidate === GATED) return GATED;
      this.#queue[this.#cursor] = undefined;
      this.#cursor += 1;
      if (candidate !== undefined) return candidate;
      this.#keep(slot);
    }
    return NONE;
  }

  #matchCompletion(slot: Slot, issued: number): Candidate | undefined {
    const { leaf } = slot;
    if (leaf === undefined) return undefined;
    return slot.gate > issued ? GATED : this.#settle(leaf, slot);
  }

  #matchSignal(slot: Slot, issued: number): Candidate | undefined {
    const signal = slot.signal as number | string;
    if (signal === CANCEL_SIGNAL && this.#cancelIsForAll) return slot.gate > issued ? GATED : CANCEL;
    const waiters = this.#signalWaiters.get(signal);
    const leaf = waiters?.[0];
    if (waiters === undefined || leaf === undefined) return undefined;
    if (slot.gate > issued) return GATED;
    waiters.shift();
    return this.#settle(leaf, slot);
  }

  #keep(slot: Slot): void {
    slot.passed = true;
    if (slot.signal === undefined) return;
    const kept = this.#keptSignals.get(slot.signal);
    if (kept === undefined) this.#keptSignals.set(slot.signal, [slot]);
    else kept.push(slot);
  }

  #settle(leaf: Leaf<unknown>, slot: Slot): Candidate {
    const { source } = leaf;
    const result = slot.result as NotificationResult;
    slot.leaf = undefined;
    // An invocation id may be asked for again.
    if (source.type === "completion" && result.type !== "invocationId") {
      this.#completions[source.id] = DELIVERED;
    }
    return { type: "settle", leaf, result };
  }
}
