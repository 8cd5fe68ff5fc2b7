import type { DurablePromise, RestatePromise } from "../definition/promises.ts";
import { DEFAULT_ERROR_CODE } from "../errors.ts";
import type { Outcome } from "../protocol/messages.ts";
import type { Serde } from "../serde/serde.ts";
import type { ContextCore } from "./core.ts";
import { decodeOptional, decodeValue, decodeVoid, serdeOr, serialize } from "./payload.ts";
import { checkString, misuse } from "./validation.ts";

/** `ctx.promise(name)`; nothing is journaled until something is asked of it. */
export function workflowPromise<T>(
  core: ContextCore,
  name: string,
  serde: Serde<T> | undefined,
): DurablePromise<T> {
  if (core.handler.serviceKind !== "workflow") {
    throw misuse(
      core.handler,
      "ctx.promise belongs to workflows",
      "Here, use ctx.awakeable() or ctx.signal(name) to wait for something from outside.",
    );
  }
  checkString(
    core.handler,
    "The promise's name",
    name,
    "Promises are told apart by name: ctx.promise(name).",
  );
  return new WorkflowPromise(core, name, serdeOr(core, serde));
}

/** A promise of the workflow instance. Each question to it is a command of its own. */
class WorkflowPromise<T> implements DurablePromise<T> {
  readonly #core: ContextCore;
  readonly #name: string;
  readonly #serde: Serde<T>;

  constructor(core: ContextCore, name: string, serde: Serde<T>) {
    this.#core = core;
    this.#name = name;
    this.#serde = serde;
  }

  get [Symbol.toStringTag](): string {
    return "DurablePromise";
  }

  get(): RestatePromise<T> {
    const { journal } = this.#core;
    return journal.request(
      { type: "GetPromise", name: "", key: this.#name, completionId: journal.takeCompletionId() },
      decodeValue(this.#serde),
    );
  }

  peek(): RestatePromise<T | undefined> {
    const { journal } = this.#core;
    return journal.request(
      { type: "PeekPromise", name: "", key: this.#name, completionId: journal.takeCompletionId() },
      decodeOptional(this.#serde),
    );
  }

  resolve(value?: T): RestatePromise<void> {
    const command = { type: "CompletePromise", name: "" } as const;
    const bytes = serialize(this.#core, this.#serde, value as T, command);
    return this.#complete({ type: "success", value: bytes });
  }

  reject(errorMsg: string): RestatePromise<void> {
    const message = checkString(
      this.#core.handler,
      "The reason of a promise's rejection",
      errorMsg,
      "Give the message of the error that the waiting side is to get.",
    );
    return this.#complete({ type: "failure", failure: { code: DEFAULT_ERROR_CODE, message } });
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting it means asking for the value
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.get().then(onFulfilled, onRejected);
  }

  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.get().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.get().finally(onFinally);
  }

  #complete(result: Outcome): RestatePromise<void> {
    const { journal } = this.#core;
    const completionId = journal.takeCompletionId();
    return journal.request(
      { type: "CompletePromise", name: "", key: this.#name, result, completionId },
      decodeVoid,
    );
  }
}
