import type {
  Failure,
  Header,
  InvocationTarget,
  NotificationResult,
  Outcome,
  SignalResult,
} from "@perdure/sdk/internal";
import { fromRecordedPayload, readPayload, toRecordedPayload } from "./payload.ts";
import {
  at,
  nameOf,
  onlyFields,
  type Place,
  readCount,
  readList,
  readRecord,
  readText,
  wrong,
} from "./place.ts";
import type { RecordedResult } from "./recorded-journal.ts";

/**
 * How the fields of messages stand in a recorded journal. A field whose written
 * form is `undefined` is left out; one that is left out is read as `undefined`.
 */
export interface FieldForm<T> {
  write(value: T): unknown;
  read(value: unknown, place: Place): T;
}

export const text: FieldForm<string> = { write: (value) => value, read: readText };

/** A text that is left out when it is empty. */
export const textOrEmpty: FieldForm<string> = {
  write: (value) => (value === "" ? undefined : value),
  read: (value, place) => (value === undefined ? "" : readText(value, place)),
};

export const optionalText: FieldForm<string | undefined> = {
  write: (value) => value,
  read: (value, place) => (value === undefined ? undefined : readText(value, place)),
};

export const texts: FieldForm<readonly string[]> = {
  write: (value) => value,
  read: (value, place) => readList(value, place).map((item, index) => readText(item, at(place, index))),
};

export const count: FieldForm<number> = { write: (value) => value, read: readCount };

/** A count that is left out when it is 0. */
export const countOrZero: FieldForm<number> = {
  write: (value) => (value === 0 ? undefined : value),
  read: (value, place) => (value === undefined ? 0 : readCount(value, place)),
};

export const payload: FieldForm<Uint8Array> = {
  write: toRecordedPayload,
  read: (value, place) => fromRecordedPayload(readPayload(value, place)),
};

export const optionalPayload: FieldForm<Uint8Array | undefined> = {
  write: (value) => (value === undefined ? undefined : toRecordedPayload(value)),
  read: (value, place) => (value === undefined ? undefined : payload.read(value, place)),
};

/** An object when that keeps order and repetitions, else a list of pairs. */
export const headers: FieldForm<readonly Header[]> = {
  write: (value) => {
    if (value.length === 0) return undefined;
    const names = new Set(value.map(({ key }) => key));
    const isPlain =
      names.size === value.length && value.every(({ key }) => !/^\d+$/.test(key) && key !== "__proto__");
    const pairs = value.map((header) => [header.key, header.value] as const);
    return isPlain ? Object.fromEntries(pairs) : pairs;
  },
  read: (value, place) => {
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      return Object.entries(readRecord(value, place)).map(([key, content]) => ({
        key,
        value: readText(content, at(place, key)),
      }));
    }
    return value.map((pair: unknown, index) => {
      const inside = at(place, index);
      const [key, content, ...rest] = readList(pair, inside);
      if (rest.length > 0) throw wrong(inside, "a header is a pair: its name and its value");
      return { key: readText(key, at(inside, 0)), value: readText(content, at(inside, 1)) };
    });
  },
};

export const signalName: FieldForm<number | string> = {
  write: (value) => value,
  read: (value, place) => (typeof value === "string" ? value : readCount(value, place)),
};

export const outcome: FieldForm<Outcome> = {
  write: writeResult,
  read: (value, place) => {
    const result = readResult(value, place);
    if (result.type === "success" || result.type === "failure") return result;
    throw wrong(place, `this has to be a success or a failure, not ${nameOf(value)}`);
  },
};

export const signalResult: FieldForm<SignalResult> = {
  write: writeResult,
  read: (value, place) => {
    const result = readResult(value, place);
    return result.type === "void" ? result : outcome.read(value, place);
  },
};

export const notificationResult: FieldForm<NotificationResult> = { write: writeResult, read: readResult };

function writeResult(result: NotificationResult): RecordedResult {
  switch (result.type) {
    case "void":
      return "void";
    case "success":
      return { success: toRecordedPayload(result.value) };
    case "failure":
      return { failure: writeFailure(result.failure) };
    case "invocationId":
      return { invocationId: result.invocationId };
    case "stateKeys":
      return { stateKeys: result.keys };
  }
}

function writeFailure({ code, message, metadata }: Failure): Failure {
  return { code, message, ...(metadata === undefined ? {} : { metadata }) };
}

function readResult(value: unknown, place: Place): NotificationResult {
  if (value === "void") return { type: "void" };
  const record = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [name, content] = record[0] ?? [];
  if (record.length === 1 && name !== undefined) {
    const inside = at(place, name);
    switch (name) {
      case "success":
        return { type: "success", value: payload.read(content, inside) };
      case "failure":
        return { type: "failure", failure: readFailure(content, inside) };
      case "invocationId":
        return { type: "invocationId", invocationId: readText(content, inside) };
      case "stateKeys":
        return { type: "stateKeys", keys: texts.read(content, inside) };
    }
  }
  throw wrong(
    place,
    'a result is "void", or one of { "success": ... }, { "failure": ... }, { "invocationId": ... }, ' +
      `{ "stateKeys": ... }; this is ${nameOf(value)}`,
  );
}

function readFailure(value: unknown, place: Place): Failure {
  const record = readRecord(value, place);
  onlyFields(record, ["code", "message", "metadata"], place);
  const code = readCount(record.code, at(place, "code"));
  const message = readText(record.message, at(place, "message"));
  if (record.metadata === undefined) return { code, message };
  const inside = at(place, "metadata");
  const pairs = Object.entries(readRecord(record.metadata, inside));
  return {
    code,
    message,
    metadata: Object.fromEntries(pairs.map(([key, item]) => [key, readText(item, at(inside, key))])),
  };
}

const TARGETS = {
  invocation: { invocationId: text },
  idempotent: {
    service: text,
    key: optionalText,
    handler: text,
    idempotencyKey: text,
    scope: optionalText,
  },
  workflow: { workflow: text, key: text, scope: optionalText },
} as const satisfies {
  [T in InvocationTarget["type"]]: Record<
    Exclude<keyof Extract<InvocationTarget, { type: T }>, "type">,
    unknown
  >;
};

export const target: FieldForm<InvocationTarget> = {
  write: (value) => ({ [value.type]: writeFields(value, TARGETS[value.type]) }),
  read: (value, place) => {
    const [type, ...rest] = Object.keys(readRecord(value, place));
    if (type === undefined || rest.length > 0 || !Object.hasOwn(TARGETS, type)) {
      throw wrong(place, `a target is one of ${Object.keys(TARGETS).join(", ")}; this is ${nameOf(value)}`);
    }
    const inside = at(place, type);
    const fields = readRecord(Reflect.get(value as object, type), inside);
    const forms = TARGETS[type as keyof typeof TARGETS];
    onlyFields(fields, Object.keys(forms), inside);
    return { type, ...readFields(fields, forms, inside) } as InvocationTarget;
  },
};

/** The form of each field of a message, in the order in which they are written. */
export type Forms = Readonly<Record<string, unknown>>;

export function writeFields(message: object, forms: Forms): Record<string, unknown> {
  const written: Record<string, unknown> = {};
  for (const [name, form] of Object.entries(forms)) {
    const value = (form as FieldForm<unknown>).write(Reflect.get(message, name));
    if (value !== undefined) written[name] = value;
  }
  return written;
}

export function readFields(
  record: Readonly<Record<string, unknown>>,
  forms: Forms,
  place: Place,
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, form] of Object.entries(forms)) {
    const value = (form as FieldForm<unknown>).read(own(record, name), at(place, name));
    if (value !== undefined) read[name] = value;
  }
  return read;
}

function own(record: object, name: string): unknown {
  return Object.hasOwn(record, name) ? Reflect.get(record, name) : undefined;
}
