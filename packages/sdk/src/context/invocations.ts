import type { InvocationReference, SignalReference } from "../definition/context.ts";
import type { InvocationId, RestatePromise } from "../definition/promises.ts";
import type { TerminalError } from "../errors.ts";
import { isInvocationId } from "../protocol/ids.ts";
import { CANCEL_SIGNAL, type SignalResult } from "../protocol/messages.ts";
import type { Serde } from "../serde/serde.ts";
import type { ContextCore } from "./core.ts";
import { toReason } from "./failure.ts";
import { decodeOptional, decodeValue, serdeOr, serialize } from "./payload.ts";
import { checkName, misuse, show } from "./validation.ts";

const SIGNAL_HINT = "Signals are told apart by name: the sender and the receiver use the same one.";

/** Names an invocation by its id. The id is taken as it is; `ctx` checks it where it is used. */
export const InvocationIdParser: {
  /** @example const id = InvocationIdParser.fromString(order.invocationId); */
  readonly fromString: (id: string) => InvocationId;
} = {
  fromString: (id) => id as InvocationId,
};

export function referenceTo(core: ContextCore, invocationId: InvocationId): InvocationReference {
  checkInvocationId(core, invocationId);
  return new Reference(core, invocationId);
}

/** Waits for the next signal of this name to this invocation. */
export function awaitSignal<T>(
  core: ContextCore,
  name: string,
  serde: Serde<T> | undefined,
): RestatePromise<T> {
  checkName(core.handler, "The signal's name", name, SIGNAL_HINT);
  return core.journal.signal(name, decodeOptional(serdeOr(core, serde))) as RestatePromise<T>;
}

export function attach<T>(
  core: ContextCore,
  invocationId: InvocationId,
  serde: Serde<T> | undefined,
): RestatePromise<T> {
  checkInvocationId(core, invocationId);
  const target = { type: "invocation", invocationId } as const;
  const completionId = core.journal.takeCompletionId();
  return core.journal.request(
    { type: "AttachInvocation", name: "", target, completionId },
    decodeValue(serdeOr(core, serde)),
  );
}

export function cancel(core: ContextCore, invocationId: InvocationId): void {
  checkInvocationId(core, invocationId);
  sendSignal(core, invocationId, { signal: CANCEL_SIGNAL, result: { type: "void" } });
}

function sendSignal(
  core: ContextCore,
  targetInvocationId: InvocationId,
  { signal, result }: { readonly signal: number | string; readonly result: SignalResult },
): void {
  core.journal.record({ type: "SendSignal", name: "", targetInvocationId, signal, result });
}

function checkInvocationId(core: ContextCore, id: unknown): void {
  if (typeof id === "string" && isInvocationId(id)) return;
  throw misuse(
    core.handler,
    `Not an invocation id: ${show(id)}`,
    'Ids begin with "inv_"; a call or a send gives one by (await handle.invocationId).',
  );
}

class Reference implements InvocationReference {
  readonly #core: ContextCore;
  readonly #id: InvocationId;

  constructor(core: ContextCore, id: InvocationId) {
    this.#core = core;
    this.#id = id;
  }

  signal<T>(name: string, serde?: Serde<T>): SignalReference<T> {
    checkName(this.#core.handler, "The signal's name", name, SIGNAL_HINT);
    const core = this.#core;
    const id = this.#id;
    return {
      resolve(payload?: T) {
        const command = { type: "SendSignal", name: "" } as const;
        const value = serialize(core, serdeOr(core, serde), payload as T, command);
        sendSignal(core, id, { signal: name, result: { type: "success", value } });
      },
      reject(reason: string | TerminalError) {
        const failure = toReason(core, "a signal's rejection", reason);
        sendSignal(core, id, { signal: name, result: { type: "failure", failure } });
      },
    };
  }

  cancel(): void {
    cancel(this.#core, this.#id);
  }

  attach<T>(serde?: Serde<T>): RestatePromise<T> {
    return attach(this.#core, this.#id, serde);
  }
}
