import type { CallCommand } from "../protocol/messages.ts";
import type { Durable } from "./durable.ts";
import { type Decode, Leaf, type LeafOwner } from "./leaf.ts";

export interface CallLeafOwner extends LeafOwner {
  /** The promise of the callee's id, which a completion of its own brings. */
  invocationIdOf(command: CallCommand, commandIndex: number): Durable<string>;
}

export interface CallLeafOptions<T> {
  readonly decode: Decode<T>;
  readonly command: CallCommand;
  readonly commandIndex: number;
}

/** The result of a call, which knows the way to the id of the invocation behind it. */
export class CallLeaf<T> extends Leaf<T> {
  readonly #owner: CallLeafOwner;
  readonly #call: CallCommand;
  readonly #index: number;

  constructor(owner: CallLeafOwner, { decode, command, commandIndex }: CallLeafOptions<T>) {
    super(owner, {
      source: { type: "completion", id: command.completionId },
      decode,
      command,
      commandIndex,
    });
    this.#owner = owner;
    this.#call = command;
    this.#index = commandIndex;
  }

  /** Made when it is first asked for, which few do. */
  get invocationId(): Durable<string> {
    return this.#owner.invocationIdOf(this.#call, this.#index);
  }
}
