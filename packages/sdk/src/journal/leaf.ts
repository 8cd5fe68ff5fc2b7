import { TerminalError } from "../errors.ts";
import type { Command, NotificationResult } from "../protocol/messages.ts";
import { markDelivered } from "./delivered-errors.ts";
import { Durable, type DurableOwner, type MutableAwaitTree } from "./durable.ts";

/** Turns what a notification carries into the value; a failure never gets here. */
export type Decode<T> = (result: Exclude<NotificationResult, { type: "failure" }>) => T;

/** What completes a leaf: a completion id, or a signal by index or name. */
export type LeafSource =
  | { readonly type: "completion"; readonly id: number }
  | { readonly type: "signal"; readonly signal: number | string };

export interface LeafOptions<T> {
  readonly source: LeafSource;
  readonly decode: Decode<T>;
  readonly command?: Command | undefined;
  readonly commandIndex?: number | undefined;
}

export interface LeafOwner extends DurableOwner {
  /** From now on the leaf's notification may be delivered. */
  leafSubscribed(leaf: Leaf<unknown>): void;
  fail(error: unknown, command?: Command, commandIndex?: number): void;
}

/** A durable promise that one notification of the journal settles. */
export class Leaf<T> extends Durable<T> {
  readonly source: LeafSource;
  /** The command that it completes; a signal has none. */
  readonly command: Command | undefined;
  readonly #commandIndex: number | undefined;
  readonly #decode: Decode<T>;
  readonly #owner: LeafOwner;

  constructor(owner: LeafOwner, options: LeafOptions<T>) {
    super(owner);
    this.#owner = owner;
    this.source = options.source;
    this.command = options.command;
    this.#commandIndex = options.commandIndex;
    this.#decode = options.decode;
  }

  protected start(): void {
    this.#owner.leafSubscribed(this as Leaf<unknown>);
  }

  addTo(tree: MutableAwaitTree): void {
    if (this.source.type === "completion") tree.completions.push(this.source.id);
    else if (typeof this.source.signal === "number") tree.signals.push(this.source.signal);
    else tree.namedSignals.push(this.source.signal);
  }

  /** Settles by what the journal holds. A value that cannot be decoded ends the attempt instead. */
  settle(result: NotificationResult): void {
    if (result.type === "failure") {
      const { code, message, metadata } = result.failure;
      this.fail(
        markDelivered(
          new TerminalError(message, { errorCode: code, ...(metadata && { metadata: { ...metadata } }) }),
        ),
      );
      return;
    }
    let value: T;
    try {
      value = this.#decode(result);
    } catch (error) {
      if (error instanceof TerminalError) this.fail(markDelivered(error));
      else this.#owner.fail(error, this.command, this.#commandIndex);
      return;
    }
    this.fulfil(value);
  }
}
