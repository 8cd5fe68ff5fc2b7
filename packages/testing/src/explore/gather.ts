import { describeTarget, type EngineApi, toStatePlace } from "@perdure/engine/internal";
import type { Outcome } from "@perdure/sdk/internal";
import { toRecordedPayload } from "../journal/payload.ts";
import type { ExploredInvocation, ExploredRun } from "./explored-run.ts";
import type { Subject } from "./subject.ts";

/** The state of everything that a store holds. */
export function gatherState(content: ReadonlyMap<string, Uint8Array>): ExploredRun["state"] {
  const all: Record<string, Record<string, unknown>> = {};
  const places = Array.from(content, ([key, value]) => ({ place: toStatePlace(key), key, value }));
  for (const { place, value } of places.sort((a, b) => compareTexts(a.key, b.key))) {
    if (place === undefined) continue;
    const instance = `${place.service}/${place.key}`;
    const state = all[instance] ?? {};
    state[place.name] = readable(value);
    all[instance] = state;
  }
  return all;
}

/** All invocations, in an order that does not depend on that in which they ran. */
export async function gatherInvocations(
  api: EngineApi,
  subjects: readonly Subject[],
): Promise<readonly ExploredInvocation[]> {
  const live = new Map(Array.from(api.liveInvocations(), (one) => [one.id, one] as const));
  const all: ExploredInvocation[] = [];
  for (const { id, target, input, outcome } of subjects) {
    const isLive = live.delete(id);
    all.push({
      target: describeTarget(target),
      input: readable(input),
      outcome: isLive ? { type: "notEnded" } : await toOutcome(api, id, outcome),
    });
  }
  for (const { target, journal } of live.values()) {
    const input = journal[0]?.message;
    const value = input?.type === "Input" ? readable(input.value) : undefined;
    all.push({ target: describeTarget(target), input: value, outcome: { type: "notEnded" } });
  }
  return all
    .map((one) => ({ one, text: JSON.stringify(one) }))
    .sort((a, b) => compareTexts(a.text, b.text))
    .map(({ one }) => one);
}

async function toOutcome(
  api: EngineApi,
  id: string,
  outcome: Outcome | undefined,
): Promise<ExploredInvocation["outcome"]> {
  const result = outcome ?? (await api.archive(id))?.result;
  if (result === undefined) return { type: "forgotten" };
  if (result.type === "success") return { type: "succeeded", value: readable(result.value) };
  const { code, message } = result.failure;
  return { type: "failed", code, message };
}

function readable(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  return Object.values(toRecordedPayload(bytes))[0];
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
