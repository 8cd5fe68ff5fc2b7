import type { Command, CompletionKind, ControlMessage, Message } from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * The 16-bit type ids in a frame's header and the names that they stand for.
 * Protocol sections 2.1 and 2.3 to 2.5.
 */

const CONTROL_TYPE_IDS: Readonly<Record<ControlMessage["type"], number>> = {
  Start: 0x0000,
  Suspension: 0x0001,
  Error: 0x0002,
  End: 0x0003,
  CommandAck: 0x0004,
  ProposeRunCompletion: 0x0005,
  AwaitingOn: 0x0006,
  ProposeRunCompletionAck: 0x0007,
};

const COMMAND_TYPE_IDS: Readonly<Record<Command["type"], number>> = {
  Input: 0x0400,
  Output: 0x0401,
  GetLazyState: 0x0402,
  SetState: 0x0403,
  ClearState: 0x0404,
  ClearAllState: 0x0405,
  GetLazyStateKeys: 0x0406,
  GetEagerState: 0x0407,
  GetEagerStateKeys: 0x0408,
  GetPromise: 0x0409,
  PeekPromise: 0x040a,
  CompletePromise: 0x040b,
  Sleep: 0x040c,
  Call: 0x040d,
  OneWayCall: 0x040e,
  SendSignal: 0x0410,
  Run: 0x0411,
  AttachInvocation: 0x0412,
  GetInvocationOutput: 0x0413,
  CompleteAwakeable: 0x0414,
};

const COMPLETION_TYPE_IDS: Readonly<Record<CompletionKind, number>> = {
  GetLazyState: 0x8002,
  GetLazyStateKeys: 0x8006,
  GetPromise: 0x8009,
  PeekPromise: 0x800a,
  CompletePromise: 0x800b,
  Sleep: 0x800c,
  Call: 0x800d,
  CallInvocationId: 0x800e,
  Run: 0x8011,
  AttachInvocation: 0x8012,
  GetInvocationOutput: 0x8013,
};

const SIGNAL_TYPE_ID = 0xfbff;

const COMMAND_IDS_START = 0x0400;
const NOTIFICATION_IDS_START = 0x8000;
const CUSTOM_IDS_START = 0xfc00;

/** What a type id stands for, known to us or not. */
export type TypeIdMeaning =
  | { readonly group: "control"; readonly type: ControlMessage["type"] }
  | { readonly group: "command"; readonly type: Command["type"] }
  | { readonly group: "completion"; readonly kind: CompletionKind }
  | { readonly group: "signal" }
  | { readonly group: "unknownControl" | "unknownCommand" | "unknownNotification" | "custom" };

/** Of all but notifications, whose type alone doesn't say it. */
const TYPE_IDS: ReadonlyMap<Message["type"], number> = new Map<Message["type"], number>([
  ...keysOf(CONTROL_TYPE_IDS).map((type) => [type, CONTROL_TYPE_IDS[type]] as const),
  ...keysOf(COMMAND_TYPE_IDS).map((type) => [type, COMMAND_TYPE_IDS[type]] as const),
]);

const MEANINGS: ReadonlyMap<number, TypeIdMeaning> = new Map<number, TypeIdMeaning>([
  ...keysOf(CONTROL_TYPE_IDS).map((type) => [CONTROL_TYPE_IDS[type], { group: "control", type }] as const),
  ...keysOf(COMMAND_TYPE_IDS).map((type) => [COMMAND_TYPE_IDS[type], { group: "command", type }] as const),
  ...keysOf(COMPLETION_TYPE_IDS).map(
    (kind) => [COMPLETION_TYPE_IDS[kind], { group: "completion", kind }] as const,
  ),
  [SIGNAL_TYPE_ID, { group: "signal" }],
]);

/** What a type id stands for; ids that we don't know are sorted by their range. */
export function fromTypeId(typeId: number): TypeIdMeaning {
  const known = MEANINGS.get(typeId);
  if (known !== undefined) return known;
  if (typeId < COMMAND_IDS_START) return { group: "unknownControl" };
  if (typeId < NOTIFICATION_IDS_START) return { group: "unknownCommand" };
  return { group: typeId < CUSTOM_IDS_START ? "unknownNotification" : "custom" };
}

/** The type id of a command, as in an Error's `relatedCommandType`. */
export function toCommandTypeId(type: Command["type"]): number {
  return COMMAND_TYPE_IDS[type];
}

/**
 * The type id of a message.
 *
 * @throws ProtocolError for a completion whose kind is not known: it can be
 * received, but never sent.
 */
export function toTypeId(message: Message): number {
  switch (message.type) {
    case "Completion":
      if (message.kind === undefined) {
        throw new ProtocolError(
          `Completion ${message.completionId}: a completion of unknown kind can't be sent`,
        );
      }
      return COMPLETION_TYPE_IDS[message.kind];
    case "Signal":
      return SIGNAL_TYPE_ID;
    default:
      return TYPE_IDS.get(message.type) as number;
  }
}

/** The name of a type id in messages to humans, such as `Call (0x040d)`. */
export function describeTypeId(typeId: number): string {
  const meaning = fromTypeId(typeId);
  const hex = `0x${typeId.toString(16).padStart(4, "0")}`;
  if (meaning.group === "completion") return `${meaning.kind} completion (${hex})`;
  if (meaning.group === "signal") return `Signal (${hex})`;
  return "type" in meaning ? `${meaning.type} (${hex})` : hex;
}

export function isControl(message: Message): message is ControlMessage {
  const typeId = TYPE_IDS.get(message.type);
  return typeId !== undefined && typeId < COMMAND_IDS_START;
}

export function isCommand(message: Message): message is Command {
  const typeId = TYPE_IDS.get(message.type);
  return typeId !== undefined && typeId >= COMMAND_IDS_START;
}

function keysOf<K extends string>(table: Readonly<Record<K, number>>): readonly K[] {
  return Object.keys(table) as K[];
}
