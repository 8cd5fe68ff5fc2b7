import { type Duration, toMillis } from "../definition/duration.ts";
import { TerminalError, TimeoutError } from "../errors.ts";
import type { AwaitTree, Combinator } from "../protocol/messages.ts";
import { markDelivered } from "./delivered-errors.ts";

/**
 * Durable promises: what `ctx` hands to handler code.
 *
 * Owns: when a durable promise starts to matter, and the native promise behind
 * it. Does not own: when it settles, which the journal decides.
 *
 * 1. A durable promise is inert until someone subscribes to it (`then`, `await`,
 *    being put into a combinator). Being inert, it can never cause an unhandled
 *    rejection.
 * 2. Every subscriber of one durable promise hangs on the same native promise.
 * 3. Cancellation rejects the await, not the promise: the durable promise goes
 *    back to inert, so that a later await still gets the true end.
 * 4. Once the journal is closed, a subscription never settles.
 */
export abstract class Durable<T> {
  readonly owner: DurableOwner | undefined;
  /** Someone awaits this promise itself, not only a combinator that holds it. */
  awaitedDirectly = false;
  settled = false;
  #inner: Promise<T> | undefined;
  #resolve: ((value: T) => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  constructor(owner: DurableOwner | undefined) {
    this.owner = owner;
  }

  /** Called at the first subscription, and at the first after a cancellation. */
  protected abstract start(): void;

  /** Adds what this promise waits for to the tree of its parent. */
  abstract addTo(tree: MutableAwaitTree): void;

  get [Symbol.toStringTag](): string {
    return "RestatePromise";
  }

  // biome-ignore lint/suspicious/noThenProperty: being a thenable is the point, see rule 1.
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    this.awaitedDirectly = true;
    return this.subscribe().then(onFulfilled, onRejected);
  }

  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    this.awaitedDirectly = true;
    return this.subscribe().finally(onFinally);
  }

  map<U>(mapper: (value?: T, failure?: TerminalError) => U): Durable<Awaited<U>> {
    return new Derived<Awaited<U>>({
      owner: this.owner,
      combinator: "unknown",
      members: [this as Durable<unknown>],
      combine: () => mapPromise(this, mapper) as Promise<Awaited<U>>,
    });
  }

  orTimeout(timeout: Duration | number): Durable<T> {
    if (this.owner === undefined) return this.#withoutTimer(timeout);
    const timer = this.owner.createTimer(checkTimeout(timeout));
    return new Derived<T>({
      owner: this.owner,
      combinator: "unknown",
      members: [this as Durable<unknown>, timer as Durable<unknown>],
      combine: () => Promise.race([this.subscribe(), timer.subscribe().then(throwTimeout)]),
    });
  }

  /** Only the journal has timers; what has no journal must be over already. */
  #withoutTimer(timeout: Duration | number): Durable<T> {
    checkTimeout(timeout);
    if (!this.waitsForOutside) return this;
    throw new TerminalError("orTimeout: the promise is not one of ctx, and so has no durable timer.", {
      hint: "Wrap the outside work in ctx.run, or race the promise with ctx.sleep.",
    });
  }

  /** It, or a member of it, is a promise that did not come from `ctx`. */
  get waitsForOutside(): boolean {
    return false;
  }

  /** The native promise of the current subscription. For combinators; users go through `then`. */
  subscribe(): Promise<T> {
    if (this.#inner === undefined) {
      this.#inner = new Promise<T>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
      this.start();
    }
    return this.#inner;
  }

  get subscribed(): boolean {
    return this.#inner !== undefined && !this.settled;
  }

  /** The subscription that is current now; a late result of an earlier one is told apart by it. */
  protected get subscription(): unknown {
    return this.#inner;
  }

  protected fulfil(value: T): void {
    this.settled = true;
    this.#resolve?.(value);
  }

  protected fail(reason: unknown): void {
    this.settled = true;
    this.#reject?.(reason);
  }

  /** Rejects whoever awaits now and makes the promise inert again (rule 3). */
  rejectAwait(reason: unknown): void {
    const reject = this.#reject;
    this.#inner = undefined;
    this.#resolve = undefined;
    this.#reject = undefined;
    this.awaitedDirectly = false;
    reject?.(reason);
  }
}

/** What a durable promise asks of the journal it belongs to. */
export interface DurableOwner {
  /** A combinator was subscribed: a cancellation rejects it. */
  derivedSubscribed(derived: Durable<unknown>): void;
  derivedSettled(derived: Durable<unknown>): void;
  createTimer(ms: number): Durable<void>;
  /** Ends the attempt: the code that should have produced a value threw. */
  fail(error: unknown): void;
}

export interface MutableAwaitTree extends AwaitTree {
  readonly completions: number[];
  readonly signals: number[];
  readonly namedSignals: string[];
  readonly nested: AwaitTree[];
}

export function createAwaitTree(combinator: Combinator): MutableAwaitTree {
  return { combinator, completions: [], signals: [], namedSignals: [], nested: [] };
}

export interface DerivedOptions<T> {
  readonly owner: DurableOwner | undefined;
  readonly combinator: Combinator;
  readonly members: readonly Durable<unknown>[];
  /** Subscribes to the members; called once per subscription. */
  readonly combine: () => Promise<T>;
  /** A promise that did not come from `ctx` stands behind it. */
  readonly isOutside?: boolean | undefined;
}

/** A promise computed from others: a combinator, a timeout, a mapping. */
export class Derived<T> extends Durable<T> {
  readonly #options: DerivedOptions<T>;

  constructor(options: DerivedOptions<T>) {
    super(options.owner);
    this.#options = options;
  }

  protected start(): void {
    this.owner?.derivedSubscribed(this as Durable<unknown>);
    const mine = this.subscription;
    this.#options.combine().then(
      (value) => {
        if (this.subscription !== mine) return;
        this.fulfil(value);
        this.owner?.derivedSettled(this as Durable<unknown>);
      },
      (reason: unknown) => {
        if (this.subscription !== mine) return;
        this.fail(reason);
        this.owner?.derivedSettled(this as Durable<unknown>);
      },
    );
  }

  override get waitsForOutside(): boolean {
    const { isOutside, members } = this.#options;
    return isOutside === true || members.some((member) => member.waitsForOutside);
  }

  addTo(tree: MutableAwaitTree): void {
    const own = createAwaitTree(this.#options.combinator);
    for (const member of this.#options.members) if (!member.settled) member.addTo(own);
    tree.nested.push(own);
  }
}

/** A promise whose end is known from the start and needs no journal. */
export class Constant<T> extends Durable<T> {
  readonly #end: { readonly value: T } | { readonly reason: unknown };

  constructor(end: { readonly value: T } | { readonly reason: unknown }, owner?: DurableOwner) {
    super(owner);
    this.#end = end;
  }

  protected start(): void {
    if ("value" in this.#end) this.fulfil(this.#end.value);
    else this.fail(this.#end.reason);
  }

  override orTimeout(_timeout: Duration | number): Durable<T> {
    return this;
  }

  addTo(): void {
    // Nothing outside can complete it.
  }
}

/** A race of nothing: it has no end, whatever the journal brings. */
export class Never<T> extends Durable<T> {
  constructor() {
    super(undefined);
  }

  protected start(): void {
    // Nobody will ever settle it.
  }

  override orTimeout(_timeout: Duration | number): Durable<T> {
    return new Constant<T>({ reason: new TimeoutError() });
  }

  addTo(): void {
    // Nothing outside can complete it.
  }
}

function checkTimeout(timeout: Duration | number): number {
  const ms = toMillis(timeout);
  if (ms >= 0 && ms < Number.POSITIVE_INFINITY) return ms;
  throw new TerminalError(`orTimeout: ${ms} ms is no timeout.`, {
    hint: "Pass milliseconds or a Duration that is finite and not negative.",
  });
}

function throwTimeout(): never {
  throw markDelivered(new TimeoutError());
}

/**
 * Runs the mapper on the end of `source`. What it throws rejects when it is
 * terminal; anything else ends the attempt, and the promise stays pending.
 */
async function mapPromise<T, U>(
  source: Durable<T>,
  mapper: (value?: T, failure?: TerminalError) => U,
): Promise<U> {
  let value: T | undefined;
  let failure: TerminalError | undefined;
  try {
    value = await source.subscribe();
  } catch (reason) {
    if (!(reason instanceof TerminalError)) throw reason;
    failure = reason;
  }
  try {
    return await mapper(value, failure);
  } catch (reason) {
    if (reason instanceof TerminalError || source.owner === undefined) throw reason;
    source.owner.fail(reason);
    return new Promise(() => {});
  }
}
