import type { CallCommand, Command, OneWayCallCommand } from "../protocol/messages.ts";
import type { JournalInspector } from "./inspector.ts";

/**
 * Whether the command that the code issues now is the one that the journal holds.
 *
 * Which fields count is protocol section 3.3: a sleep's wake-up time and a send's
 * invoke time do not, since they are computed from the clock; the value of an
 * eager state read is taken from the journal.
 */

type FieldsOf<C> = C extends Command ? readonly (keyof C & string)[] : never;

const CALL_FIELDS = [
  "service",
  "handler",
  "key",
  "parameter",
  "headers",
  "idempotencyKey",
  "scope",
  "limitKey",
  "invocationIdCompletionId",
] as const;

const COMPARED: { readonly [T in Command["type"]]: FieldsOf<Extract<Command, { type: T }>> } = {
  Input: [],
  Output: ["result", "name"],
  GetLazyState: ["key", "completionId", "name"],
  SetState: ["key", "value", "name"],
  ClearState: ["key", "name"],
  ClearAllState: ["name"],
  GetLazyStateKeys: ["completionId", "name"],
  GetEagerState: ["key", "name"],
  GetEagerStateKeys: ["name"],
  GetPromise: ["key", "completionId", "name"],
  PeekPromise: ["key", "completionId", "name"],
  CompletePromise: ["key", "result", "completionId", "name"],
  Sleep: ["name"],
  Call: [...CALL_FIELDS, "completionId", "name"],
  OneWayCall: [...CALL_FIELDS, "name"],
  SendSignal: ["targetInvocationId", "signal", "result", "name"],
  Run: ["completionId", "name"],
  AttachInvocation: ["target", "completionId", "name"],
  GetInvocationOutput: ["target", "completionId", "name"],
  CompleteAwakeable: ["awakeableId", "result", "name"],
};

/** Fields that hold a payload, which a value codec may encode differently each time. */
const PAYLOADS: ReadonlySet<string> = new Set(["parameter", "value", "result"]);

export interface Difference {
  readonly field: string;
  readonly recorded: unknown;
  readonly attempted: unknown;
}

export interface CompareOptions {
  /** False when payload bytes may differ from attempt to attempt (an encrypting codec). */
  readonly comparePayloads: boolean;
  readonly inspector?: JournalInspector | undefined;
}

export function isSameCommand(recorded: Command, attempted: Command, options: CompareOptions): boolean {
  if (recorded.type !== attempted.type) return false;
  if (isPlainlySame(recorded, attempted)) return true;
  for (const field of COMPARED[attempted.type]) {
    const left = Reflect.get(recorded, field);
    const right = Reflect.get(attempted, field);
    if (left !== right && !isSameField(field, left, right, options)) return false;
  }
  return true;
}

/**
 * Whether each compared field of a frequent command is identical, without looking at the
 * fields by their names, which takes several times as long. False says nothing.
 */
export function isPlainlySame(recorded: Command, attempted: Command): boolean {
  switch (attempted.type) {
    case "Call":
      return (
        recorded.type === "Call" &&
        recorded.completionId === attempted.completionId &&
        isPlainlySameTarget(recorded, attempted)
      );
    case "OneWayCall":
      return recorded.type === "OneWayCall" && isPlainlySameTarget(recorded, attempted);
    case "Run":
      return (
        recorded.type === "Run" &&
        recorded.completionId === attempted.completionId &&
        recorded.name === attempted.name
      );
    case "SetState":
      return (
        recorded.type === "SetState" &&
        recorded.key === attempted.key &&
        recorded.name === attempted.name &&
        isSameBytes(recorded.value, attempted.value)
      );
    case "Sleep":
      return recorded.type === "Sleep" && recorded.name === attempted.name;
    default:
      return false;
  }
}

type CallTarget = CallCommand | OneWayCallCommand;

function isPlainlySameTarget(recorded: CallTarget, attempted: CallTarget): boolean {
  return (
    recorded.service === attempted.service &&
    recorded.handler === attempted.handler &&
    recorded.key === attempted.key &&
    recorded.headers.length === 0 &&
    attempted.headers.length === 0 &&
    recorded.idempotencyKey === attempted.idempotencyKey &&
    recorded.scope === attempted.scope &&
    recorded.limitKey === attempted.limitKey &&
    recorded.invocationIdCompletionId === attempted.invocationIdCompletionId &&
    recorded.name === attempted.name &&
    isSameBytes(recorded.parameter, attempted.parameter)
  );
}

/** Field by field, what differs; for the explanation only. */
export function differences(recorded: Command, attempted: Command, options: CompareOptions): Difference[] {
  if (recorded.type !== attempted.type) {
    return [{ field: "type", recorded: recorded.type, attempted: attempted.type }];
  }
  const found: Difference[] = [];
  for (const field of COMPARED[attempted.type]) {
    const left: unknown = Reflect.get(recorded, field);
    const right: unknown = Reflect.get(attempted, field);
    if (!isSameField(field, left, right, options)) {
      found.push({ field, recorded: left, attempted: right });
    }
  }
  return found;
}

function isSameField(field: string, left: unknown, right: unknown, options: CompareOptions): boolean {
  if (!options.comparePayloads && PAYLOADS.has(field)) return variantOf(left) === variantOf(right);
  return isSame(left, right, options.inspector?.tolerates);
}

function variantOf(payload: unknown): unknown {
  if (payload instanceof Uint8Array || typeof payload !== "object" || payload === null) return "bytes";
  return Reflect.get(payload, "type");
}

function isSame(left: unknown, right: unknown, tolerates: JournalInspector["tolerates"]): boolean {
  if (left === right) return true;
  if (left instanceof Uint8Array) {
    return right instanceof Uint8Array && (isSameBytes(left, right) || tolerates?.(left, right) === true);
  }
  if (typeof left === "string") return typeof right === "string" && tolerates?.(left, right) === true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      (left.length === 0 || left.every((item, index) => isSame(item, right[index], tolerates)))
    );
  }
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) {
    if (!isSame(Reflect.get(left, key), Reflect.get(right, key), tolerates)) return false;
  }
  return true;
}

function isSameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}
