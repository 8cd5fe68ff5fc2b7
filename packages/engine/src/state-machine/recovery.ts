import { decodeCompleted } from "./archive-codec.ts";
import { awaitedIdOf } from "./awaited.ts";
import { decodeEntry, decodeJson, decodeLive, decodePromise } from "./codec.ts";
import { isExclusive, pushInbox } from "./inbox.ts";
import { idOfArchiveKey, instanceOf, isOfArchive, partsOf } from "./keys.ts";
import { complete, GONE } from "./notify.ts";
import type { JournalEntry, LiveInvocation } from "./records.ts";
import { startAttempt } from "./start-attempt.ts";
import { noteEntry, type QueuedEdit, type World } from "./world.ts";

/**
 * From what was stored back to what was known.
 *
 * 1. Writes may be read in any order; what depends on several of them is made
 *    when all have been read.
 * 2. Every invocation that has not ended goes on: attempts are made again, timers
 *    set again, and inboxes stand as they stood.
 */
export class Recovery {
  readonly #world: World;
  readonly #entries = new Map<string, JournalEntry[]>();
  readonly #edits: QueuedEdit[] = [];
  readonly #journalsApart = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Bytes of archives are only looked at; the rest may be held. */
  load(key: string, value: Uint8Array | undefined): void {
    if (isOfArchive(key)) this.#loadArchive(key, value);
    else if (value !== undefined) this.#load(key, value);
  }

  #load(key: string, value: Uint8Array): void {
    const world = this.#world;
    switch (key[0]) {
      case "i": {
        const invocation = decodeLive(value);
        world.live.set(invocation.id, invocation);
        break;
      }
      case "j":
        this.#loadEntry(key, value);
        break;
      case "s": {
        const [service = "", objectKey = "", name = ""] = partsOf(key);
        const instance = instanceOf(service, objectKey);
        const state = world.states.get(instance) ?? new Map<string, Uint8Array>();
        world.states.set(instance, state.set(name, value));
        break;
      }
      case "p": {
        const [service = "", workflowKey = "", name = ""] = partsOf(key);
        world.promiseOf(service, workflowKey, name).result = decodePromise(value).result;
        break;
      }
      case "e":
        this.#edits.push(decodeEdit(value));
        break;
      default:
        break;
    }
  }

  /** Everything has been read: takes up the work. Its step is the world's next one. */
  finish(nowMs: number): void {
    const world = this.#world;
    world.nowMs = nowMs;
    for (const id of this.#journalsApart) world.completed.noteJournalApart(id, true);
    this.#attachJournals();
    const queued: { seq: number; instance: string; item: Parameters<typeof pushInbox>[2] }[] = [];
    for (const edit of this.#edits) {
      const instance = instanceOf(edit.service, edit.key);
      queued.push({ seq: edit.seq, instance, item: { type: "edit", edit } });
    }
    for (const invocation of world.live.values()) {
      world.nextSeq = Math.max(world.nextSeq, (invocation.inboxSeq ?? 0) + 1);
      const { target, status } = invocation;
      if (!isExclusive(target)) continue;
      const instance = instanceOf(target.service, target.key ?? "");
      if (status === "inboxed") {
        queued.push({
          seq: invocation.inboxSeq ?? 0,
          instance,
          item: { type: "invocation", id: invocation.id },
        });
      } else if (status !== "scheduled") {
        world.locks.set(instance, invocation.id);
      }
    }
    for (const { seq, instance, item } of queued.sort((a, b) => a.seq - b.seq)) {
      world.nextSeq = Math.max(world.nextSeq, seq + 1);
      pushInbox(world, instance, item);
    }
    for (const invocation of world.live.values()) this.#takeUp(invocation);
  }

  #loadArchive(key: string, value: Uint8Array | undefined): void {
    const { completed } = this.#world;
    const id = idOfArchiveKey(key);
    if (key[0] === "b") {
      if (value === undefined) this.#journalsApart.delete(id);
      else this.#journalsApart.add(id);
    } else if (value === undefined) {
      completed.delete(id);
    } else {
      completed.set(id, decodeCompleted(value));
    }
  }

  #loadEntry(key: string, value: Uint8Array): void {
    const slash = key.lastIndexOf("/");
    const id = key.slice(2, slash);
    const entries = this.#entries.get(id) ?? [];
    entries[Number(key.slice(slash + 1))] = decodeEntry(value);
    this.#entries.set(id, entries);
  }

  #attachJournals(): void {
    for (const [id, entries] of this.#entries) {
      const invocation = this.#world.live.get(id);
      if (invocation === undefined) continue;
      for (const entry of entries) {
        invocation.journal.push(entry);
        noteEntry(invocation, entry);
      }
      invocation.storedEntries = invocation.journal.length;
    }
    this.#entries.clear();
  }

  #takeUp(invocation: LiveInvocation): void {
    const world = this.#world;
    const invocationId = invocation.id;
    for (const [completionId, command] of invocation.expected) {
      if (command.type === "Sleep") {
        const atMs = command.wakeUpTimeMs;
        world.step.effect({ type: "setTimer", timer: { type: "sleep", invocationId, completionId }, atMs });
      } else if (command.type === "GetPromise") {
        const { service, key = "" } = invocation.target;
        world.promiseOf(service, key, command.key).waiting.push({ callerId: invocationId, completionId });
      } else {
        this.#takeUpWait(invocation, completionId);
      }
    }
    if (invocation.status === "scheduled") {
      const atMs = invocation.executeAtMs ?? 0;
      world.step.effect({ type: "setTimer", timer: { type: "execute", invocationId }, atMs });
    } else if (invocation.status === "invoked" && invocation.attempt === 0) {
      const { nextRetryAtMs: atMs } = invocation;
      if (atMs === undefined || atMs <= world.nowMs) startAttempt(world, invocation);
      else world.step.effect({ type: "setTimer", timer: { type: "retry", invocationId }, atMs });
    }
  }

  /** It is told by whom it waits for, unless that had ended, and its result was still on the way. */
  #takeUpWait(invocation: LiveInvocation, completionId: number): void {
    const world = this.#world;
    const awaited = awaitedIdOf(world, invocation, completionId);
    if (awaited === undefined) return;
    const callerId = invocation.id;
    const sinks = world.live.get(awaited)?.sinks ?? [];
    if (sinks.some((sink) => sink.callerId === callerId && sink.completionId === completionId)) return;
    if (world.completed.has(awaited)) {
      world.step.effect({ type: "loadResult", invocationId: awaited, callerId, completionId });
    } else {
      complete(world, invocation, completionId, GONE);
    }
  }
}

interface StoredEdit extends Omit<QueuedEdit, "state"> {
  readonly state: readonly (readonly [string, Uint8Array])[];
}

function decodeEdit(value: Uint8Array): QueuedEdit {
  const edit = decodeJson<StoredEdit>(value);
  return { ...edit, state: new Map(edit.state) };
}
