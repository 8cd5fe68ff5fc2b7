import type { TestInvocation } from "../engine/invocations.ts";
import type { RunningInvocation } from "../engine/running.ts";
import { sayTime } from "../engine/words.ts";
import { wallNow } from "../real.ts";

/** A row of `sys_invocation`. What is null is absent. */
export interface InvocationRow {
  readonly id: string;
  readonly target: string;
  readonly target_service_name: string;
  readonly target_service_key?: string;
  readonly target_handler_name: string;
  readonly status:
    | "scheduled"
    | "pending"
    | "ready"
    | "running"
    | "suspended"
    | "backing-off"
    | "paused"
    | "completed";
  readonly completion_result?: "success" | "failure";
  readonly completion_failure?: string;
  readonly invoked_by_id?: string;
  readonly idempotency_key?: string;
  readonly created_at: string;
  readonly modified_at?: string;
  readonly completed_at?: string;
  readonly scheduled_start_at?: string;
  readonly next_retry_at?: string;
  readonly retry_count?: number;
  readonly last_failure?: string;
  readonly journal_size?: number;
}

export const INVOCATIONS: string = `SELECT id, target, target_service_name, target_service_key,
  target_handler_name, status, completion_result, completion_failure, invoked_by_id, idempotency_key,
  created_at, modified_at, completed_at, scheduled_start_at, next_retry_at, retry_count, last_failure,
  journal_size FROM sys_invocation`;

const STATUSES = {
  scheduled: "scheduled",
  pending: "inboxed",
  ready: "invoked",
  running: "invoked",
  "backing-off": "invoked",
  suspended: "suspended",
  paused: "paused",
} as const;

export function toTestInvocation(row: InvocationRow): TestInvocation {
  return {
    invocationId: row.id,
    target: row.target,
    service: row.target_service_name,
    handler: row.target_handler_name,
    key: row.target_service_key,
    status: toStatus(row),
    calledBy: row.invoked_by_id,
    // A client may send one of its own, so that a repeated request is known again.
    idempotencyKey: row.idempotency_key,
    createdAtMs: Date.parse(row.created_at),
    completedAtMs: row.completed_at === undefined ? undefined : Date.parse(row.completed_at),
    failuresInARow: row.status === "completed" ? 0 : failuresOf(row),
    failure: toFailure(row),
  };
}

function toStatus({ status, completion_result }: InvocationRow): TestInvocation["status"] {
  if (status !== "completed") return STATUSES[status];
  return completion_result === "success" ? "succeeded" : "failed";
}

/** `[409] Cancelled`, as the server writes it. */
const CODE = /^\[\d+\] /;

function toFailure({ completion_failure, last_failure }: InvocationRow): string | undefined {
  return completion_failure?.replace(CODE, "") ?? last_failure?.replace(CODE, "");
}

/** The server counts attempts, of which the first is no failure. */
function failuresOf({ retry_count = 0, last_failure }: InvocationRow): number {
  return last_failure === undefined ? 0 : Math.max(retry_count, 1);
}

/** `lastStep`: what its journal ends with, in words. */
export function toRunningInvocation(row: InvocationRow, lastStep: string | undefined): RunningInvocation {
  const { id, target, status } = row;
  return {
    invocationId: id,
    target,
    status: status === "completed" ? "invoked" : STATUSES[status],
    why: `${sayState(row, lastStep)}${sayFailure(row)}`,
  };
}

function sayState(row: InvocationRow, lastStep: string | undefined): string {
  const after = lastStep === undefined ? "" : ` Its last step is ${lastStep}.`;
  switch (row.status) {
    case "scheduled":
      return `starts at ${sayAt(row.scheduled_start_at)}`;
    case "pending":
      return "waits for its key, which another one holds";
    case "backing-off":
      return `is tried again at ${sayAt(row.next_retry_at)}.${after}`;
    case "suspended":
      return `waits, suspended.${after}`;
    case "paused":
      return `is paused.${after}`;
    default:
      return `has an attempt under way.${after}`;
  }
}

function sayAt(time: string | undefined): string {
  return time === undefined ? "a time that the server does not tell" : sayTime(Date.parse(time), wallNow());
}

function sayFailure({ last_failure, retry_count }: InvocationRow): string {
  return last_failure === undefined
    ? ""
    : ` It was tried ${retry_count ?? 1} times, and failed last with: ${last_failure}`;
}
