import { type Command, type CompletionKind, isCommand, type Notification } from "@perdure/sdk/internal";
import {
  count,
  countOrZero,
  type FieldForm,
  headers,
  notificationResult,
  optionalPayload,
  optionalText,
  outcome,
  payload,
  readFields,
  signalName,
  signalResult,
  target,
  text,
  textOrEmpty,
  texts,
  writeFields,
} from "./fields.ts";
import { at, nameOf, onlyFields, type Place, readRecord, readText, wrong } from "./place.ts";
import type { RecordedCommand, RecordedEntry, RecordedNotification } from "./recorded-journal.ts";

/** What a journal consists of, as messages of the protocol. */
export type EntryMessage = Command | Notification;

/** For each command, its fields in the order in which they stand in the file. */
type CommandForms = {
  readonly [T in Command["type"]]: {
    readonly [F in Exclude<keyof Extract<Command, { type: T }>, "type" | "name">]-?: FieldForm<
      Extract<Command, { type: T }>[F]
    >;
  };
};

const CALL = {
  service: text,
  key: textOrEmpty,
  handler: text,
  parameter: payload,
  headers,
  idempotencyKey: optionalText,
  scope: optionalText,
  limitKey: optionalText,
  invocationIdCompletionId: count,
} as const;

const COMMANDS: CommandForms = {
  Input: { headers, value: payload },
  Output: { result: outcome },
  GetLazyState: { key: text, completionId: count },
  SetState: { key: text, value: payload },
  ClearState: { key: text },
  ClearAllState: {},
  GetLazyStateKeys: { completionId: count },
  GetEagerState: { key: text, value: optionalPayload },
  GetEagerStateKeys: { keys: texts },
  GetPromise: { key: text, completionId: count },
  PeekPromise: { key: text, completionId: count },
  CompletePromise: { key: text, result: outcome, completionId: count },
  Sleep: { completionId: count, wakeUpTimeMs: count },
  Call: { ...CALL, completionId: count },
  OneWayCall: { ...CALL, invokeTimeMs: countOrZero },
  SendSignal: { targetInvocationId: text, signal: signalName, result: signalResult },
  Run: { completionId: count },
  AttachInvocation: { target, completionId: count },
  GetInvocationOutput: { target, completionId: count },
  CompleteAwakeable: { awakeableId: text, result: outcome },
};

const COMPLETIONS: readonly CompletionKind[] = [
  "GetLazyState",
  "GetLazyStateKeys",
  "GetPromise",
  "PeekPromise",
  "CompletePromise",
  "Sleep",
  "Call",
  "CallInvocationId",
  "Run",
  "AttachInvocation",
  "GetInvocationOutput",
];

const COMPLETION_FORMS = { completionId: count, result: notificationResult } as const;
const SIGNAL_FORMS = { signal: signalName, result: notificationResult } as const;
const UNKNOWN = "Unknown";

export function toRecordedEntry(message: EntryMessage): RecordedEntry {
  if (isCommand(message)) {
    const name = message.name === "" ? {} : { name: message.name };
    return { command: message.type, ...name, ...writeFields(message, COMMANDS[message.type]) };
  }
  if (message.type === "Signal") {
    return { notification: "Signal", ...writeFields(message, SIGNAL_FORMS) } as RecordedNotification;
  }
  const notification = message.kind ?? UNKNOWN;
  return { notification, ...writeFields(message, COMPLETION_FORMS) } as RecordedNotification;
}

/** @throws JournalFormatError if the entry is none, saying where and what. */
export function readEntry(value: unknown, place: Place): EntryMessage {
  const record = readRecord(value, place);
  if (Object.hasOwn(record, "command")) return readCommand(record, place);
  if (Object.hasOwn(record, "notification")) return readNotification(record, place);
  throw wrong(place, `an entry has a field "command" or "notification"; this is ${nameOf(value)}`);
}

function readCommand(record: Readonly<Record<string, unknown>>, place: Place): Command {
  const type = readText(record.command, at(place, "command"));
  if (!Object.hasOwn(COMMANDS, type)) {
    throw wrong(at(place, "command"), `no command is named ${nameOf(type)}`);
  }
  const forms = COMMANDS[type as Command["type"]];
  onlyFields(record, ["command", "name", ...Object.keys(forms)], place);
  const name = textOrEmpty.read(record.name, at(place, "name"));
  return { type, name, ...readFields(record, forms, place) } as unknown as Command;
}

function readNotification(record: Readonly<Record<string, unknown>>, place: Place): Notification {
  const type = readText(record.notification, at(place, "notification"));
  const forms = type === "Signal" ? SIGNAL_FORMS : COMPLETION_FORMS;
  if (forms === COMPLETION_FORMS && type !== UNKNOWN && !COMPLETIONS.some((kind) => kind === type)) {
    throw wrong(at(place, "notification"), `no notification is named ${nameOf(type)}`);
  }
  onlyFields(record, ["notification", ...Object.keys(forms)], place);
  const fields = readFields(record, forms, place);
  if (type === "Signal") return { type: "Signal", ...fields } as unknown as Notification;
  return {
    type: "Completion",
    kind: type === UNKNOWN ? undefined : type,
    ...fields,
  } as unknown as Notification;
}

export function isRecordedCommand(entry: RecordedEntry): entry is RecordedCommand {
  return Object.hasOwn(entry, "command");
}
