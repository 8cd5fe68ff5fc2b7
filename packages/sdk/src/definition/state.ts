import type { Serde } from "../serde/serde.ts";
import type { RestatePromise } from "./promises.ts";

/** An object type (interface or alias) whose properties are the state keys of an object or a workflow. */
export type TypedState = object;

/** No declared state: any key, the type given with each `get`. */
export type UntypedState = { _: never };

/** The keys that may be named. */
type StateKey<TState extends TypedState, TKey> = TState extends UntypedState ? string : TKey;

/** The type of the value under a key. */
type StateValue<TState extends TypedState, TKey extends keyof TState, TValue> = TState extends UntypedState
  ? TValue
  : TState[TKey];

/** What a shared handler may do with the state of its key. */
export interface ReadableState<TState extends TypedState> {
  /**
   * The value under `name`, or `null` if there is none. Writes made earlier by
   * this invocation are seen.
   *
   * @example
   * const count = (await ctx.get<number>("count")) ?? 0;
   */
  get<TValue, TKey extends keyof TState = keyof TState>(
    name: StateKey<TState, TKey>,
    serde?: Serde<StateValue<TState, TKey, TValue>>,
  ): RestatePromise<StateValue<TState, TKey, TValue> | null>;

  /** All keys that have a value, sorted. */
  stateKeys(): RestatePromise<string[]>;
}

/**
 * The state of one key of an object or workflow. Writes are kept in the order
 * they are made, and stay even if the handler fails later.
 */
export interface KeyValueStore<TState extends TypedState> extends ReadableState<TState> {
  /**
   * Stores `value` under `name`.
   *
   * @example
   * ctx.set("count", count + 1);
   */
  set<TValue, TKey extends keyof TState = keyof TState>(
    name: StateKey<TState, TKey>,
    value: StateValue<TState, TKey, TValue>,
    serde?: Serde<StateValue<TState, TKey, TValue>>,
  ): void;

  /** Removes the value under `name`; nothing happens if there is none. */
  clear<TKey extends keyof TState>(name: StateKey<TState, TKey>): void;

  /** Removes every value of this key. */
  clearAll(): void;
}
