import { decodeAwakeableId, encodeInvocationId, type NotificationResult } from "@perdure/sdk/internal";
import { notify } from "./notify.ts";
import type { World } from "./world.ts";

export interface SignalAddress {
  readonly invocationId: string;
  readonly signal: number | string;
}

/** Signals for what has ended, has not started, or never was, are dropped. Protocol section 5.3. */
export function deliverSignal(world: World, to: SignalAddress, result: NotificationResult): void {
  const target = world.live.get(to.invocationId);
  if (target === undefined || target.status === "scheduled" || target.status === "inboxed") return;
  notify(world, target, { type: "Signal", signal: to.signal, result });
}

/** Whom an awakeable's id means. Throws if it is none, or of a protocol that is gone. */
export function signalOfAwakeable(awakeableId: string): SignalAddress {
  const { invocationId, type, index } = decodeAwakeableId(awakeableId);
  if (type !== "signal")
    throw new Error(`${awakeableId} is of a protocol version that is not spoken any more.`);
  return { invocationId: encodeInvocationId(invocationId), signal: index };
}
