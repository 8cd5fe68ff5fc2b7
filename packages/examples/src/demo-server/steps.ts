import type { JournalRow } from "../../../../test/support/admin.ts";

/** One step of a handler, as its journal shows it. */
export interface Step {
  readonly title: string;
  /** Whether the journal holds its result, if it has one. */
  readonly done: boolean;
}

interface Entry {
  readonly Command?: Readonly<Record<string, Fields>>;
  readonly Notification?: { readonly id?: { readonly CompletionId?: number } };
}

interface Fields {
  readonly name?: string;
  readonly key?: string;
  readonly completion_id?: number;
  readonly result_completion_id?: number;
  readonly invocation_target?: Readonly<Record<string, Target>>;
}

interface Target {
  readonly name: string;
  readonly key?: string;
  readonly handler: string;
}

/** Reads `sys_journal`. State writes, the input and the output are left out. */
export function toSteps(rows: readonly JournalRow[]): Step[] {
  const journal = rows.map((row) => JSON.parse(String(row.entry_lite_json)) as Entry);
  const completed = new Set(journal.map((entry) => entry.Notification?.id?.CompletionId));
  return journal.flatMap(({ Command: command }) => {
    const [type, fields] = Object.entries(command ?? {})[0] ?? [];
    const title = fields && toTitle(type ?? "", fields);
    if (fields === undefined || title === undefined) return [];
    const id = fields.result_completion_id ?? fields.completion_id;
    return [{ title, done: id === undefined || completed.has(id) }];
  });
}

function toTitle(type: string, { name, key, invocation_target }: Fields): string | undefined {
  const target = Object.values(invocation_target ?? {})[0];
  const path = [target?.name, target?.key, target?.handler].filter(Boolean).join("/");
  if (type === "Call") return `call  ${path}`;
  if (type === "OneWayCall") return `send  ${path}`;
  if (type === "Run") return `run   "${name}"`;
  if (type === "GetPromise") return `await "${key}"`;
  return undefined;
}
