import { CANCEL_SIGNAL, type Notification } from "../protocol/messages.ts";
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
 */

interface Received {
  readonly pos: number;
  /** How many recorded commands stand before it in the journal. */
  readonly gate: number;
  readonly notification: Notification;
}

interface Waiting {
  readonly pos: number;
  readonly leaf: Leaf<unknown>;
  readonly received: Received;
}

export type Candidate =
  | { readonly type: "settle"; readonly leaf: Leaf<unknown>; readonly notification: Notification }
  | { readonly type: "cancel" }
  /** The next delivery stands behind a recorded command that was not issued yet. */
  | { readonly type: "gated" }
  | { readonly type: "none" };

const NONE: Candidate = { type: "none" };
const GATED: Candidate = { type: "gated" };
const CANCEL: Candidate = { type: "cancel" };

export class Delivery {
  readonly #queue: Received[] = [];
  #cursor = 0;
  readonly #seen = new Set<number>();
  readonly #kept = new Map<number, Received>();
  readonly #keptSignals = new Map<number | string, Received[]>();
  /** Kept notifications whose promise was subscribed later. */
  readonly #ready = new Heap<Waiting>();
  readonly #leaves = new Map<number, Leaf<unknown>>();
  readonly #signalWaiters = new Map<number | string, Leaf<unknown>[]>();
  readonly #cancelIsForAll: boolean;

  constructor(options: { readonly cancelIsForAll: boolean }) {
    this.#cancelIsForAll = options.cancelIsForAll;
  }

  receive(notification: Notification, gate: number): void {
    if (notification.type === "Completion") {
      if (this.#seen.has(notification.completionId)) return;
      this.#seen.add(notification.completionId);
    }
    this.#queue.push({ pos: this.#queue.length, gate, notification });
  }

  /** Whether the journal already holds the completion of this id, delivered or not. */
  holds(completionId: number): boolean {
    return this.#seen.has(completionId);
  }

  subscribe(leaf: Leaf<unknown>): void {
    const { source } = leaf;
    if (source.type === "completion") {
      const received = this.#kept.get(source.id);
      if (received === undefined) {
        this.#leaves.set(source.id, leaf);
        return;
      }
      this.#kept.delete(source.id);
      this.#ready.push({ pos: received.pos, leaf, received });
      return;
    }
    const received = this.#keptSignals.get(source.signal)?.shift();
    if (received !== undefined) {
      this.#ready.push({ pos: received.pos, leaf, received });
      return;
    }
    const waiters = this.#signalWaiters.get(source.signal);
    if (waiters === undefined) this.#signalWaiters.set(source.signal, [leaf]);
    else waiters.push(leaf);
  }

  /** Nobody waits any more, by a cancellation; what is not taken stays kept. */
  unsubscribeAll(): void {
    this.#leaves.clear();
    this.#signalWaiters.clear();
    // Rule 1 drains `ready` before anything later in the queue, the cancel signal included.
    for (let entry = this.#ready.pop(); entry !== undefined; entry = this.#ready.pop()) {
      this.#keep(entry.received);
    }
  }

  /** The next delivery, already taken unless it is gated. `issued`: commands issued so far. */
  take(issued: number): Candidate {
    const first = this.#ready.peek();
    if (first !== undefined) {
      if (first.received.gate > issued) return GATED;
      this.#ready.pop();
      return { type: "settle", leaf: first.leaf, notification: first.received.notification };
    }
    for (; this.#cursor < this.#queue.length; this.#cursor += 1) {
      const received = this.#queue[this.#cursor] as Received;
      const candidate = this.#match(received, issued);
      if (candidate === undefined) {
        this.#keep(received);
        continue;
      }
      if (candidate !== GATED) this.#cursor += 1;
      return candidate;
    }
    return NONE;
  }

  #match(received: Received, issued: number): Candidate | undefined {
    const { notification } = received;
    if (notification.type === "Completion") {
      const leaf = this.#leaves.get(notification.completionId);
      if (leaf === undefined) return undefined;
      if (received.gate > issued) return GATED;
      this.#leaves.delete(notification.completionId);
      return { type: "settle", leaf, notification };
    }
    if (notification.signal === CANCEL_SIGNAL && this.#cancelIsForAll) {
      return received.gate > issued ? GATED : CANCEL;
    }
    const waiters = this.#signalWaiters.get(notification.signal);
    const leaf = waiters?.[0];
    if (waiters === undefined || leaf === undefined) return undefined;
    if (received.gate > issued) return GATED;
    waiters.shift();
    return { type: "settle", leaf, notification };
  }

  #keep(received: Received): void {
    const { notification } = received;
    if (notification.type === "Completion") {
      this.#kept.set(notification.completionId, received);
      return;
    }
    const kept = this.#keptSignals.get(notification.signal);
    if (kept === undefined) this.#keptSignals.set(notification.signal, [received]);
    else kept.push(received);
  }
}
