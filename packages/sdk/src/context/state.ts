import type { RestatePromise } from "../definition/promises.ts";
import type { Serde } from "../serde/serde.ts";
import { type ContextCore, isKeyed } from "./core.ts";
import { serdeOr, serialize } from "./payload.ts";
import { checkString, misuse } from "./validation.ts";

const KEY_HINT = "State is kept under names: ctx.get(name), ctx.set(name, value).";

export function getState<T>(
  core: ContextCore,
  name: string,
  serde: Serde<T> | undefined,
): RestatePromise<T | null> {
  checkReadable(core);
  checkString(core.handler, "The state key", name, KEY_HINT);
  const chosen = serdeOr(core, serde);
  return core.journal.getState<T | null>(name, (bytes) =>
    bytes === undefined ? null : chosen.deserialize(bytes),
  );
}

export function stateKeys(core: ContextCore): RestatePromise<string[]> {
  checkReadable(core);
  return core.journal.stateKeys();
}

export function setState<T>(
  core: ContextCore,
  { name, value, serde }: { readonly name: string; readonly value: T; readonly serde: Serde<T> | undefined },
): void {
  checkWritable(core);
  checkString(core.handler, "The state key", name, KEY_HINT);
  core.journal.setState(name, serialize(core, serdeOr(core, serde), value, { type: "SetState", name: "" }));
}

export function clearState(core: ContextCore, name: string): void {
  checkWritable(core);
  checkString(core.handler, "The state key", name, KEY_HINT);
  core.journal.clearState(name);
}

export function clearAllState(core: ContextCore): void {
  checkWritable(core);
  core.journal.clearAllState();
}

function checkReadable(core: ContextCore): void {
  if (isKeyed(core.handler)) return;
  throw misuse(
    core.handler,
    "A service has no state",
    "State belongs to the key of an object or a workflow: define the handler there.",
  );
}

function checkWritable(core: ContextCore): void {
  checkReadable(core);
  if (core.handler.kind !== "shared") return;
  throw misuse(
    core.handler,
    "A shared handler cannot change the state",
    core.handler.serviceKind === "workflow"
      ? "Only the workflow's run writes state: hand it the value through ctx.promise(name).resolve(value)."
      : "Make the handler exclusive, or call an exclusive one.",
  );
}
