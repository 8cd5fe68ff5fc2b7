import { type AwaitTree, CANCEL_SIGNAL } from "../protocol/messages.ts";
import { describeCommand } from "./describe.ts";
import { createAwaitTree, type Durable } from "./durable.ts";
import { Leaf } from "./leaf.ts";

/**
 * Everything that handler code awaits at this moment, in the order of subscription.
 *
 * A handler of plain async code goes on when any of them completes. Where the
 * author used a `RestatePromise` combinator, its tree is kept, so that an engine
 * of protocol v7 wakes the handler only when the combinator can settle.
 */
export class Awaits {
  readonly #pending = new Set<Durable<unknown>>();

  /** Promises, leaves or combinators, that are subscribed and unsettled. */
  get size(): number {
    return this.#pending.size;
  }

  add(durable: Durable<unknown>): void {
    this.#pending.add(durable);
  }

  delete(durable: Durable<unknown>): void {
    this.#pending.delete(durable);
  }

  /** Empties the set and gives what was in it. */
  takeAll(): readonly Durable<unknown>[] {
    const all = [...this.#pending];
    this.#pending.clear();
    return all;
  }

  toTree(options: { readonly withCancel: boolean }): AwaitTree {
    const tree = createAwaitTree("firstCompleted");
    for (const durable of this.#pending) if (durable.awaitedDirectly) durable.addTo(tree);
    if (options.withCancel) tree.signals.push(CANCEL_SIGNAL);
    return tree;
  }

  /** What is awaited, in words. */
  describe(): string {
    const words: string[] = [];
    for (const durable of this.#pending) {
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
