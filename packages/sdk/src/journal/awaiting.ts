import { type AwaitTree, CANCEL_SIGNAL } from "../protocol/messages.ts";
import { TransientSet } from "../transient.ts";
import { describeCommand } from "./describe.ts";
import { createAwaitTree, type Durable } from "./durable.ts";
import { Leaf } from "./leaf.ts";

/** Up to here looking through a list is as fast as a set. */
const FEW = 16;

/**
 * Everything that handler code awaits at this moment, in the order of subscription.
 *
 * A handler of plain async code goes on when any of them completes. Where the
 * author used a `RestatePromise` combinator, its tree is kept, so that an engine
 * of protocol v7 wakes the handler only when the combinator can settle.
 */
export class Awaits {
  /**
   * A list while they are few, as they mostly are: one comes and goes with each await.
   */
  readonly #few: Durable<unknown>[] = [];
  #many: TransientSet<Durable<unknown>> | undefined;

  /** Promises, leaves or combinators, that are subscribed and unsettled. */
  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  add(durable: Durable<unknown>): void {
    if (this.#many !== undefined) {
      this.#many.add(durable);
    } else if (this.#few.push(durable) > FEW) {
      this.#many = new TransientSet();
      for (const each of this.#few.splice(0)) this.#many.add(each);
    }
  }

  delete(durable: Durable<unknown>): void {
    if (this.#many === undefined) {
      const index = this.#few.indexOf(durable);
      if (index >= 0) this.#few.splice(index, 1);
      return;
    }
    this.#many.delete(durable);
    if (this.#many.size === 0) this.#many = undefined;
  }

  /** Empties the set and gives what was in it. */
  takeAll(): readonly Durable<unknown>[] {
    const all = this.#all();
    this.#many = undefined;
    this.#few.length = 0;
    return all;
  }

  #all(): readonly Durable<unknown>[] {
    return this.#many?.values() ?? [...this.#few];
  }

  toTree(options: { readonly withCancel: boolean }): AwaitTree {
    const tree = createAwaitTree("firstCompleted");
    for (const durable of this.#all()) if (durable.awaitedDirectly) durable.addTo(tree);
    if (options.withCancel) tree.signals.push(CANCEL_SIGNAL);
    return tree;
  }

  /** What is awaited, in words. */
  describe(): string {
    const words: string[] = [];
    for (const durable of this.#all()) {
      if (durable instanceof Leaf) words.push(describeLeaf(durable));
    }
    return words.length === 0 ? "nothing durable" : words.join(", ");
  }
}

/** What completes it, in words. */
export function describeLeaf({ command, source }: Leaf<unknown>): string {
  if (command !== undefined) return describeCommand(command);
  return source.type === "signal" ? `signal ${source.signal}` : `completion ${source.id}`;
}
