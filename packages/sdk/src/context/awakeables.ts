import type { RestatePromise } from "../definition/promises.ts";
import type { TerminalError } from "../errors.ts";
import { decodeAwakeableId, encodeAwakeableId } from "../protocol/ids.ts";
import type { Serde } from "../serde/serde.ts";
import type { ContextCore } from "./core.ts";
import { toReason } from "./failure.ts";
import { decodeOptional, serdeOr, serialize } from "./payload.ts";
import { misuse, show } from "./validation.ts";

/** An awakeable is a signal with a number; making one is no command, so its number comes from the journal. */
export function createAwakeable<T>(
  core: ContextCore,
  serde: Serde<T> | undefined,
): { id: string; promise: RestatePromise<T> } {
  const { journal } = core;
  const signal = journal.takeAwakeableSignal();
  const promise = journal.signal(signal, decodeOptional(serdeOr(core, serde)));
  return { id: encodeAwakeableId(journal.start.id, signal), promise: promise as RestatePromise<T> };
}

/** Without a payload the waiting side gets nothing by its own serde, or `null` by the default one. */
export function resolveAwakeable<T>(
  core: ContextCore,
  {
    id,
    payload,
    serde,
  }: { readonly id: string; readonly payload: T | undefined; readonly serde: Serde<T> | undefined },
): void {
  checkAwakeableId(core, id);
  const command = { type: "CompleteAwakeable", name: "" } as const;
  const value =
    serde === undefined
      ? serialize(core, core.handler.serde, payload === undefined ? null : payload, command)
      : payload === undefined
        ? new Uint8Array()
        : serialize(core, serde, payload, command);
  core.journal.record({ ...command, awakeableId: id, result: { type: "success", value } });
}

export function rejectAwakeable(core: ContextCore, id: string, reason: string | TerminalError): void {
  checkAwakeableId(core, id);
  const failure = toReason(core, "an awakeable's rejection", reason);
  core.journal.record({
    type: "CompleteAwakeable",
    name: "",
    awakeableId: id,
    result: { type: "failure", failure },
  });
}

function checkAwakeableId(core: ContextCore, id: unknown): void {
  if (typeof id === "string" && isAwakeableId(id)) return;
  throw misuse(
    core.handler,
    `Not an awakeable id: ${show(id)}`,
    "Pass the id that ctx.awakeable() gave to the waiting handler.",
  );
}

function isAwakeableId(text: string): boolean {
  try {
    decodeAwakeableId(text);
    return true;
  } catch {
    return false;
  }
}
