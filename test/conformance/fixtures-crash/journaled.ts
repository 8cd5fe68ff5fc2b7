import type { AdminClient } from "../../support/admin.ts";

/** What the server has in store when all is over. */
export interface Stored {
  /** `invocation step` to the result that the journal holds. */
  readonly runs: ReadonlyMap<string, unknown>;
  /** `Service/handler` to how many invocations of it there were. */
  readonly invocations: ReadonlyMap<string, number>;
  /** Everything that did not end in success. */
  readonly failures: readonly string[];
  /** `Service/key/name` to its value. */
  readonly state: ReadonlyMap<string, unknown>;
}

interface JournaledEntry {
  readonly Command?: { readonly Run?: { readonly completion_id: number; readonly name: string } };
  readonly Notification?: {
    readonly Completion?: {
      readonly Run?: { readonly completion_id: number; readonly result: { readonly Success?: number[] } };
    };
  };
}

export async function readStored(admin: AdminClient): Promise<Stored> {
  const [runs, rows, state] = [await readRuns(admin), await readInvocations(admin), await readState(admin)];
  const invocations = new Map<string, number>();
  for (const { target } of rows) {
    const name = `${target.slice(0, target.indexOf("/"))}/${target.slice(target.lastIndexOf("/") + 1)}`;
    invocations.set(name, (invocations.get(name) ?? 0) + 1);
  }
  const failures = rows
    .filter((row) => row.completion_result !== "success")
    .map(({ id, target, status, completion_failure }) => `${id} ${target} ${status} ${completion_failure}`);
  return { runs, invocations, failures, state };
}

async function readRuns(admin: AdminClient): Promise<Map<string, unknown>> {
  const rows = await admin.query<{ id: string; entry_json: string }>(
    "select id, entry_json from sys_journal where entry_type in ('Command: Run', 'Notification: Run')",
  );
  const names = new Map<string, string>();
  const results = new Map<string, unknown>();
  for (const { id, entry_json } of rows) {
    const { Command, Notification } = JSON.parse(entry_json) as JournaledEntry;
    const result = Notification?.Completion?.Run;
    if (Command?.Run) names.set(`${id} ${Command.Run.completion_id}`, Command.Run.name);
    if (result) results.set(`${id} ${result.completion_id}`, parseBytes(result.result.Success));
  }
  return new Map(
    [...results].map(([run, value]) => [`${run.slice(0, run.indexOf(" "))} ${names.get(run)}`, value]),
  );
}

function parseBytes(bytes: readonly number[] | undefined): unknown {
  return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString("utf8"));
}

interface InvocationSummary {
  readonly id: string;
  readonly target: string;
  readonly status: string;
  readonly completion_result?: string;
  readonly completion_failure?: string;
}

async function readInvocations(admin: AdminClient): Promise<InvocationSummary[]> {
  return await admin.query<InvocationSummary>(
    "select id, target, status, completion_result, completion_failure from sys_invocation",
  );
}

/** How many invocations there are that have not come to an end. */
export async function countUnfinished(admin: AdminClient): Promise<number> {
  const rows = await admin.query<{ id: string }>("select id from sys_invocation where status != 'completed'");
  return rows.length;
}

async function readState(admin: AdminClient): Promise<Map<string, unknown>> {
  const rows = await admin.query<{
    service_name: string;
    service_key: string;
    key: string;
    value_utf8: string;
  }>("select service_name, service_key, key, value_utf8 from state");
  return new Map(
    rows.map((row) => [`${row.service_name}/${row.service_key}/${row.key}`, JSON.parse(row.value_utf8)]),
  );
}
