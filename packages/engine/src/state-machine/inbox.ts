import { encodeJson } from "./codec.ts";
import type { EditStateEvent } from "./events.ts";
import { instanceOf, stateEditKey } from "./keys.ts";
import type { LiveInvocation, Target } from "./records.ts";
import { startAttempt } from "./start-attempt.ts";
import { applyEdit } from "./state-edit.ts";
import type { InboxItem, QueuedEdit, World } from "./world.ts";

/**
 * Locks of objects, and who waits for them.
 *
 * 1. An exclusive handler runs only while it holds the lock of its instance, from
 *    its first attempt to its end, through suspension, backoff and pause.
 * 2. Those that wait get the lock in the order in which they came; edits of state
 *    wait among them.
 */

export function isExclusive(target: Target): boolean {
  return target.handlerKind === "exclusive" && target.key !== undefined;
}

/** Starts it now, or puts it behind those that wait for its object. */
export function enqueue(world: World, invocation: LiveInvocation): void {
  const { target } = invocation;
  if (isExclusive(target)) {
    const instance = instanceOf(target.service, target.key ?? "");
    const inbox = world.inboxes.get(instance);
    if (world.locks.has(instance) || (inbox !== undefined && inbox.length > 0)) {
      invocation.status = "inboxed";
      invocation.inboxSeq = world.takeSeq();
      pushInbox(world, instance, { type: "invocation", id: invocation.id });
      world.touch(invocation);
      return;
    }
    world.locks.set(instance, invocation.id);
  }
  start(world, invocation);
}

export function pushInbox(world: World, instance: string, item: InboxItem): void {
  const inbox = world.inboxes.get(instance);
  if (inbox === undefined) world.inboxes.set(instance, [item]);
  else inbox.push(item);
}

/** First attempt of an invocation that holds what it needs. */
function start(world: World, invocation: LiveInvocation): void {
  invocation.status = "invoked";
  invocation.inboxSeq = undefined;
  invocation.startedAtMs = world.nowMs;
  world.touch(invocation);
  startAttempt(world, invocation);
}

/** Gives the lock to the next that waits for it, or takes it out of the inbox. */
export function release(world: World, invocation: LiveInvocation): void {
  const { target } = invocation;
  if (!isExclusive(target)) return;
  const instance = instanceOf(target.service, target.key ?? "");
  if (world.locks.get(instance) !== invocation.id) {
    removeFromInbox(world, instance, invocation.id);
    return;
  }
  world.locks.delete(instance);
  takeNext(world, instance);
}

function removeFromInbox(world: World, instance: string, id: string): void {
  const inbox = world.inboxes.get(instance);
  if (inbox === undefined) return;
  const left = inbox.filter((item) => item.type !== "invocation" || item.id !== id);
  if (left.length === 0) world.inboxes.delete(instance);
  else world.inboxes.set(instance, left);
}

function takeNext(world: World, instance: string): void {
  const inbox = world.inboxes.get(instance);
  if (inbox === undefined) return;
  for (let item = inbox.shift(); item !== undefined; item = inbox.shift()) {
    if (item.type === "edit") {
      applyEdit(world, item.edit);
      continue;
    }
    const next = world.live.get(item.id);
    if (next === undefined) continue;
    world.locks.set(instance, next.id);
    start(world, next);
    break;
  }
  if (inbox.length === 0) world.inboxes.delete(instance);
}

/** Replaces a state now, or when the lock is free. */
export function applyEditState(world: World, event: EditStateEvent): void {
  const { service, key, state, version } = event;
  const edit: QueuedEdit = { seq: world.takeSeq(), service, key, state, version };
  const instance = instanceOf(service, key);
  if (!world.locks.has(instance)) {
    applyEdit(world, edit);
    return;
  }
  world.step.write(stateEditKey(edit.seq), encodeJson({ ...edit, state: [...state] }));
  pushInbox(world, instance, { type: "edit", edit });
}
