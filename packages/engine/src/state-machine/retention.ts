import type { Outcome } from "@perdure/sdk/internal";
import type { ControlOutcome } from "../engine-api.ts";
import type { HandlerInfo } from "../registry/service-info.ts";
import { encodeArchive, encodeArchivedJournal, isJournalApart } from "./archive-codec.ts";
import { archivedJournalKey, archiveKey } from "./keys.ts";
import type { Archive, CompletedInvocation, LiveInvocation, Target } from "./records.ts";
import type { World } from "./world.ts";

/**
 * What is kept of invocations that have ended, and for how long.
 */

const DONE: ControlOutcome = { type: "done" };

export function archive(
  world: World,
  invocation: LiveInvocation,
  end: {
    readonly result: Outcome;
    readonly stacktrace: string | undefined;
    readonly handler: HandlerInfo | undefined;
  },
): void {
  const { completionMs, journalMs } = retentionOf(invocation, end.handler);
  if (completionMs === 0) {
    forgetWorkflow(world, invocation.target);
    return;
  }
  const facts: CompletedInvocation = {
    id: invocation.id,
    target: invocation.target,
    status: "completed",
    invokedBy: invocation.invokedBy,
    idempotencyKey: invocation.idempotencyKey,
    createdAtMs: invocation.createdAtMs,
    completedAtMs: world.nowMs,
    succeeded: end.result.type === "success",
    expiresAtMs: world.nowMs + completionMs,
    journalExpiresAtMs: world.nowMs + journalMs,
  };
  const stored: Archive = {
    facts,
    result: end.result,
    stacktrace: end.stacktrace,
    journal: journalMs === 0 ? [] : invocation.journal,
    deploymentId: invocation.deploymentId,
    protocolVersion: invocation.protocolVersion,
  };
  world.completed.set(facts.id, facts);
  world.step.write(archiveKey(facts.id), encodeArchive(stored));
  if (!isJournalApart(facts)) return;
  world.completed.noteJournalApart(facts.id, true);
  world.step.write(archivedJournalKey(facts.id), encodeArchivedJournal(stored.journal));
}

/** Protocol section 5.7, features 8.3. */
function retentionOf(
  invocation: LiveInvocation,
  handler: HandlerInfo | undefined,
): { completionMs: number; journalMs: number } {
  const options = handler?.options;
  if (options === undefined) return { completionMs: 0, journalMs: 0 };
  const { journalRetentionMs } = options;
  if (invocation.target.handlerKind === "workflow")
    return capped(options.workflowRetentionMs, journalRetentionMs);
  if (invocation.idempotencyKey === undefined) return capped(journalRetentionMs, journalRetentionMs);
  return capped(options.idempotencyRetentionMs, journalRetentionMs);
}

function capped(completionMs: number, journalMs: number): { completionMs: number; journalMs: number } {
  return { completionMs, journalMs: Math.min(journalMs, completionMs) };
}

/** A workflow's state and promises live as long as its run is known. */
export function forgetWorkflow(world: World, target: Target): void {
  if (target.handlerKind !== "workflow" || target.key === undefined) return;
  world.clearState(target.service, target.key);
  world.clearPromises(target.service, target.key);
}

/** What one sweep forgets at most, so that no event takes long; `isSweepDue` says when there is more. */
export const SWEPT_MAX = 2000;

/** Forgets what has expired. */
export function sweep(world: World): void {
  for (const facts of world.completed.due(world.nowMs, SWEPT_MAX)) {
    if (facts.expiresAtMs <= world.nowMs) forget(world, facts);
    else forgetJournal(world, facts.id);
  }
}

/** Whether something has expired that was not forgotten yet. */
export function isSweepDue(world: World, nowMs: number): boolean {
  return world.completed.due(nowMs, 1).length > 0;
}

/** Forgets an invocation that has ended. */
export function purge(world: World, invocation: CompletedInvocation): ControlOutcome {
  forget(world, invocation);
  return DONE;
}

/** Forgets the journal of an invocation that has ended, and keeps its result. */
export function purgeJournal(world: World, archived: Archive): ControlOutcome {
  const facts: CompletedInvocation = { ...archived.facts, journalExpiresAtMs: world.nowMs };
  forgetJournal(world, facts.id);
  world.completed.set(facts.id, facts);
  world.step.write(archiveKey(facts.id), encodeArchive({ ...archived, facts, journal: [] }));
  return DONE;
}

function forget(world: World, { id, target }: CompletedInvocation): void {
  forgetJournal(world, id);
  world.completed.delete(id);
  world.step.write(archiveKey(id), undefined);
  forgetWorkflow(world, target);
}

function forgetJournal(world: World, id: string): void {
  if (!world.completed.hasJournalApart(id)) return;
  world.completed.noteJournalApart(id, false);
  world.step.write(archivedJournalKey(id), undefined);
}
