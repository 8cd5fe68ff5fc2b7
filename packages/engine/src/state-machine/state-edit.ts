import { sha256 } from "@noble/hashes/sha2.js";
import { stateEditKey } from "./keys.ts";
import type { QueuedEdit, World } from "./world.ts";

/** An edit that names another version than the state has is dropped, as on the server. */
export function applyEdit(world: World, edit: QueuedEdit): void {
  world.step.write(stateEditKey(edit.seq), undefined);
  if (edit.version !== undefined && edit.version !== versionOf(world.stateOf(edit.service, edit.key))) return;
  world.clearState(edit.service, edit.key);
  for (const [name, value] of edit.state) world.setState(edit.service, edit.key, name, value);
}

/** A hash of a whole state, by which an edit can tell whether it changed meanwhile. */
function versionOf(state: ReadonlyMap<string, Uint8Array>): string {
  const hash = sha256.create();
  const encoder = new TextEncoder();
  for (const name of [...state.keys()].sort()) {
    hash.update(encoder.encode(JSON.stringify(name))).update(state.get(name) ?? new Uint8Array());
  }
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
