import type {
  ObjectContext,
  ObjectSharedContext,
  Serde,
  TypedState,
  UntypedState,
  VirtualObjectDefinition,
  WorkflowContext,
  WorkflowDefinition,
  WorkflowSharedContext,
} from "@perdure/sdk";
import type { BoundEndpoint } from "@perdure/sdk/internal";
import type { Activity } from "./activity.ts";
import { TestEngineError } from "./test-engine-error.ts";

/** A definition of something that has state: an object or a workflow. */
export type KeyedDefinition = VirtualObjectDefinition<string, unknown> | WorkflowDefinition<string, unknown>;

/** Workflows first: their contexts are those of objects as well. */
type StateOfContext<C> =
  C extends WorkflowContext<infer S>
    ? S
    : C extends WorkflowSharedContext<infer S>
      ? S
      : C extends ObjectContext<infer S>
        ? S
        : C extends ObjectSharedContext<infer S>
          ? S
          : never;

type StateOfHandlers<M> = {
  [K in keyof M]: M[K] extends (ctx: infer C, ...rest: never) => unknown ? StateOfContext<C> : never;
}[keyof M];

type HandlersOf<D> =
  D extends VirtualObjectDefinition<string, infer M>
    ? M
    : D extends WorkflowDefinition<string, infer M>
      ? M
      : never;

type Declared<D> = Exclude<StateOfHandlers<HandlersOf<D>>, UntypedState>;

type ToIntersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer A) => void
  ? A
  : never;

/** The state that the contexts of a definition's handlers declare, all of them together. */
export type StateOf<D> = [Declared<D>] extends [never]
  ? UntypedState
  : ToIntersection<Declared<D>> extends infer S extends TypedState
    ? S
    : UntypedState;

type Name<S extends TypedState> = S extends UntypedState ? string : keyof S & string;
type Value<S extends TypedState, N, V> = S extends UntypedState ? V : N extends keyof S ? S[N] : never;

/**
 * The state of one key of an object or a workflow, as the engine has it. Values
 * are read and written with the default serde of the definition, unless another
 * one is passed, as in the handlers.
 */
export interface TestState<S extends TypedState> {
  /** The value under a name, or `null` if there is none. */
  get<V = unknown, N extends Name<S> = Name<S>>(
    name: N,
    serde?: Serde<Value<S, N, V>>,
  ): Promise<Value<S, N, V> | null>;
  /** Stores a value. While a handler holds the key, that waits until it has ended. */
  set<V, N extends Name<S>>(name: N, value: Value<S, N, V>, serde?: Serde<Value<S, N, V>>): Promise<void>;
  /** Removes a value. */
  clear(name: Name<S>): Promise<void>;
  /** Removes every value of this key. */
  clearAll(): Promise<void>;
  /** All values. */
  all(): Promise<S extends UntypedState ? Record<string, unknown> : Partial<S>>;
}

export interface StateParts {
  readonly api: {
    state(service: string, key: string): StateBytes | Promise<StateBytes>;
    editState(edit: {
      readonly service: string;
      readonly key: string;
      readonly state: StateBytes;
    }): Promise<void>;
  };
  readonly endpoint: BoundEndpoint;
  readonly activity: Pick<Activity, "quiet">;
}

type StateBytes = ReadonlyMap<string, Uint8Array>;

export function openState(
  parts: StateParts,
  definition: KeyedDefinition,
  key: string,
): TestState<UntypedState> {
  const service = parts.endpoint.services.get(definition.name);
  if (service === undefined || service.kind === "service") {
    const registered = [...parts.endpoint.services.values()].filter(({ kind }) => kind !== "service");
    throw new TestEngineError(
      "misused",
      `stateOf: ${definition.name} is ${service === undefined ? "not registered" : "a service, and has no state"}.`,
      `Pass an object or a workflow of this engine: ${registered.map(({ name }) => name).join(", ") || "there is none"}.`,
    );
  }
  const [handler] = service.handlers.values();
  const fallback = handler?.serde as Serde<unknown>;
  const read = async (): Promise<StateBytes> => {
    await parts.activity.quiet();
    return parts.api.state(service.name, key);
  };
  const change = async (edit: (state: Map<string, Uint8Array>) => void): Promise<void> => {
    const state = new Map(await read());
    edit(state);
    await parts.api.editState({ service: service.name, key, state });
  };
  const state: TestState<UntypedState> = {
    get: async (name, serde) => {
      const bytes = (await read()).get(name);
      return bytes === undefined ? null : ((serde ?? fallback).deserialize(bytes) as never);
    },
    set: (name, value, serde) =>
      change(
        (values) => void values.set(name, (serde ?? (fallback as Serde<typeof value>)).serialize(value)),
      ),
    clear: (name) => change((values) => void values.delete(name)),
    clearAll: () => change((values) => values.clear()),
    all: async () =>
      Object.fromEntries(Array.from(await read(), ([name, bytes]) => [name, fallback.deserialize(bytes)])),
  };
  return state;
}
