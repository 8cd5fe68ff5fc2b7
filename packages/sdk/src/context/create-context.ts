import type { GenericCall, GenericSend, ScopedContext } from "../definition/calls.ts";
import type {
  ContextDate,
  ContextInternal,
  InvocationReference,
  Rand,
  RunAction,
  RunOptions,
  WorkflowContext,
} from "../definition/context.ts";
import type { Duration } from "../definition/duration.ts";
import type {
  DurablePromise,
  InvocationHandle,
  InvocationId,
  InvocationPromise,
  RestatePromise,
} from "../definition/promises.ts";
import type { Request } from "../definition/request.ts";
import type { TerminalError } from "../errors.ts";
import type { Serde } from "../serde/serde.ts";
import { createAwakeable, rejectAwakeable, resolveAwakeable } from "./awakeables.ts";
import { genericCall, genericSend } from "./calls.ts";
import { cancelPreviousCalls } from "./cancellation.ts";
import { Clients } from "./clients.ts";
import { type ContextCore, isKeyed } from "./core.ts";
import { attach, awaitSignal, cancel, referenceTo } from "./invocations.ts";
import { LazyParts } from "./lazy-parts.ts";
import { workflowPromise } from "./promises.ts";
import { startRun, toRunRequest } from "./run.ts";
import { clearAllState, clearState, getState, setState, stateKeys } from "./state.ts";
import { sleep } from "./timers.ts";
import { checkScope, misuse } from "./validation.ts";
import { requireVersion } from "./versions.ts";

/** Implements the context types of every kind of handler; what a handler may not do is refused at the call. */
export type HandlerContext = WorkflowContext & ContextInternal;

/** The `ctx` of one attempt. */
export function createContext(core: ContextCore): HandlerContext {
  return new ContextImpl(core);
}

/** The capabilities lie in the files beside this one; here is only which name means which. */
class ContextImpl extends Clients implements HandlerContext {
  readonly "~parts": LazyParts;

  constructor(core: ContextCore) {
    super(core);
    this["~parts"] = new LazyParts(core);
  }

  get key(): string {
    const core = this["~core"];
    if (isKeyed(core.handler)) return core.journal.start.key;
    throw misuse(core.handler, "A service has no key", "Keys belong to objects and workflows.");
  }

  get rand(): Rand {
    return this["~parts"].rand;
  }

  get console(): Console {
    return this["~parts"].console;
  }

  get date(): ContextDate {
    return this["~parts"].date;
  }

  request(): Request {
    return this["~parts"].request;
  }

  run<T>(action: RunAction<T>): RestatePromise<T>;
  run<T>(name: string, action: RunAction<T>, options?: RunOptions<T>): RestatePromise<T>;
  run<T>(...args: unknown[]): RestatePromise<T> {
    return startRun(this["~core"], toRunRequest<T>(args));
  }

  sleep(duration: Duration | number, name?: string): RestatePromise<void> {
    return sleep(this["~core"], duration, name);
  }

  awakeable<T>(serde?: Serde<T>): { id: string; promise: RestatePromise<T> } {
    return createAwakeable(this["~core"], serde);
  }

  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): void {
    resolveAwakeable(this["~core"], { id, payload, serde });
  }

  rejectAwakeable(id: string, reason: string | TerminalError): void {
    rejectAwakeable(this["~core"], id, reason);
  }

  signal<T>(name: string, serde?: Serde<T>): RestatePromise<T> {
    return awaitSignal(this["~core"], name, serde);
  }

  invocation(invocationId: InvocationId): InvocationReference {
    return referenceTo(this["~core"], invocationId);
  }

  cancel(invocationId: InvocationId): void {
    cancel(this["~core"], invocationId);
  }

  attach<T>(invocationId: InvocationId, serde?: Serde<T>): RestatePromise<T> {
    return attach(this["~core"], invocationId, serde);
  }

  genericCall<REQ = Uint8Array, RES = Uint8Array>(call: GenericCall<REQ, RES>): InvocationPromise<RES> {
    return genericCall(this["~core"], call);
  }

  genericSend<REQ = Uint8Array>(call: GenericSend<REQ>): InvocationHandle {
    return genericSend(this["~core"], call);
  }

  scope(scopeKey: string): ScopedContext {
    const core = this["~core"];
    const scope = checkScope(core.handler, scopeKey);
    requireVersion(core, "ctx.scope");
    return new Clients(core, scope);
  }

  get<T>(name: string, serde?: Serde<T>): RestatePromise<T | null> {
    return getState(this["~core"], name, serde);
  }

  stateKeys(): RestatePromise<string[]> {
    return stateKeys(this["~core"]);
  }

  set<T>(name: string, value: T, serde?: Serde<T>): void {
    setState(this["~core"], { name, value, serde });
  }

  clear(name: string): void {
    clearState(this["~core"], name);
  }

  clearAll(): void {
    clearAllState(this["~core"]);
  }

  promise<T>(name: string, serde?: Serde<T>): DurablePromise<T> {
    return workflowPromise(this["~core"], name, serde);
  }

  isProcessing(): boolean {
    return !this["~core"].journal.replaying;
  }

  cancellation(): RestatePromise<void> {
    return this["~core"].journal.cancellation();
  }

  cancelPreviousCalls(): RestatePromise<InvocationId[]> {
    return cancelPreviousCalls(this["~core"]);
  }
}
