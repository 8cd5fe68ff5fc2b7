import type { EngineApi } from "../../../packages/engine/src/engine-api.ts";
import {
  type Archive,
  type CompletedInvocation,
  describeTarget,
  type JournalEntry,
  type LiveInvocation,
} from "../../../packages/engine/src/state-machine/records.ts";
import type {
  InvocationFilter,
  InvocationRow,
  InvocationStatus,
  JournalRow,
  ValueRow,
} from "../../support/admin.ts";

/** What an engine holds, in the words of the real server's tables `sys_invocation` and `sys_journal`. */
export interface Holding extends Pick<EngineApi, "archive"> {
  liveInvocations(): Iterable<LiveInvocation>;
  completedInvocations(): Iterable<CompletedInvocation>;
}

export async function invocationRows(engine: Holding, filter: InvocationFilter): Promise<InvocationRow[]> {
  const isWanted = (invocation: LiveInvocation | CompletedInvocation): boolean =>
    (filter.id === undefined || invocation.id === filter.id) &&
    (filter.target === undefined || describeTarget(invocation.target) === filter.target) &&
    (filter.invokedById === undefined ||
      (invocation.invokedBy.type === "service" && invocation.invokedBy.id === filter.invokedById));
  const live = [...engine.liveInvocations()].filter(isWanted).map(liveRow);
  const completed = [...engine.completedInvocations()].filter(isWanted);
  return [
    ...live,
    ...(await Promise.all(
      completed.map(async (facts) => completedRow(facts, await engine.archive(facts.id))),
    )),
  ];
}

function liveRow(invocation: LiveInvocation): InvocationRow {
  const { id, target, lastFailure, idempotencyKey, protocolVersion, journal } = invocation;
  return {
    id,
    target: describeTarget(target),
    status: statusOf(invocation),
    created_at: new Date(invocation.createdAtMs).toISOString(),
    retry_count: invocation.retryCount,
    journal_size: journal.length,
    ...(lastFailure && { last_failure: `[${lastFailure.code}] ${lastFailure.message}` }),
    ...(lastFailure?.restateCode && { last_failure_error_code: lastFailure.restateCode }),
    ...(idempotencyKey !== undefined && { idempotency_key: idempotencyKey }),
    ...(protocolVersion !== undefined && { pinned_service_protocol_version: protocolVersion }),
  };
}

function statusOf({ status, attempt, nextRetryAtMs }: LiveInvocation): InvocationStatus {
  if (status === "inboxed") return "pending";
  if (status !== "invoked") return status;
  if (attempt !== 0) return "running";
  return nextRetryAtMs === undefined ? "ready" : "backing-off";
}

function completedRow(facts: CompletedInvocation, archive: Archive | undefined): InvocationRow {
  const { id, target, idempotencyKey, succeeded } = facts;
  const result = archive?.result;
  return {
    id,
    target: describeTarget(target),
    status: "completed",
    created_at: new Date(facts.createdAtMs).toISOString(),
    completed_at: new Date(facts.completedAtMs).toISOString(),
    completion_result: succeeded ? "success" : "failure",
    ...(result?.type === "failure" && {
      completion_failure: `[${result.failure.code}] ${result.failure.message}`,
    }),
    ...(idempotencyKey !== undefined && { idempotency_key: idempotencyKey }),
    ...(archive?.protocolVersion !== undefined && {
      pinned_service_protocol_version: archive.protocolVersion,
    }),
  };
}

export async function journalRows(engine: Holding, invocationId: string): Promise<JournalRow[]> {
  for (const live of engine.liveInvocations()) {
    if (live.id === invocationId) return live.journal.map(journalRow);
  }
  return (await engine.archive(invocationId))?.journal.map(journalRow) ?? [];
}

function journalRow({ message }: JournalEntry, index: number): JournalRow {
  const row = { index, entry_type: entryType(message) };
  return "name" in message ? { ...row, name: message.name } : row;
}

function entryType(message: JournalEntry["message"]): string {
  if (message.type === "Signal") return "Notification: Signal";
  if (message.type === "Completion") return `Notification: ${message.kind}`;
  return `Command: ${message.type}`;
}

/** All entries of all journals, with the bytes of their values. */
export async function valueRows(engine: Holding): Promise<ValueRow[]> {
  const journals = [...engine.liveInvocations()].map(({ journal }) => journal);
  for (const { id } of engine.completedInvocations())
    journals.push([...((await engine.archive(id))?.journal ?? [])]);
  return journals.flat().map(({ message }) => ({ entry_type: entryType(message), raw: hexOf(message) }));
}

function hexOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "string") return Buffer.from(value).toString("hex");
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value).map(hexOf).join(" ");
}
