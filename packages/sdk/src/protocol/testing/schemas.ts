import type { DescMessage } from "@bufbuild/protobuf";
import { toTypeId } from "../message-types.ts";
import type { Message } from "../messages.ts";
import * as wire from "./generated/perdure/protocol_pb.ts";

/** What protobuf-es, which is none of our code, takes a type id's payload for. */
const SCHEMAS: ReadonlyMap<number, DescMessage> = new Map<number, DescMessage>([
  [0x0000, wire.StartMessageSchema],
  [0x0001, wire.SuspensionMessageSchema],
  [0x0002, wire.ErrorMessageSchema],
  [0x0003, wire.EndMessageSchema],
  [0x0004, wire.CommandAckMessageSchema],
  [0x0005, wire.ProposeRunCompletionMessageSchema],
  [0x0006, wire.AwaitingOnMessageSchema],
  [0x0007, wire.ProposeRunCompletionAckMessageSchema],
  [0x0400, wire.InputCommandSchema],
  [0x0401, wire.OutputCommandSchema],
  [0x0402, wire.GetLazyStateCommandSchema],
  [0x0403, wire.SetStateCommandSchema],
  [0x0404, wire.ClearStateCommandSchema],
  [0x0405, wire.ClearAllStateCommandSchema],
  [0x0406, wire.GetLazyStateKeysCommandSchema],
  [0x0407, wire.GetEagerStateCommandSchema],
  [0x0408, wire.GetEagerStateKeysCommandSchema],
  [0x0409, wire.GetPromiseCommandSchema],
  [0x040a, wire.PeekPromiseCommandSchema],
  [0x040b, wire.CompletePromiseCommandSchema],
  [0x040c, wire.SleepCommandSchema],
  [0x040d, wire.CallCommandSchema],
  [0x040e, wire.OneWayCallCommandSchema],
  [0x0410, wire.SendSignalCommandSchema],
  [0x0411, wire.RunCommandSchema],
  [0x0412, wire.AttachInvocationCommandSchema],
  [0x0413, wire.GetInvocationOutputCommandSchema],
  [0x0414, wire.CompleteAwakeableCommandSchema],
]);

const NOTIFICATION_IDS_START = 0x8000;

/** Every type id of a message, and one of each group of notifications that allow the same results. */
export const TYPE_IDS: readonly number[] = [
  ...SCHEMAS.keys(),
  ...[0x8002, 0x8006, 0x8009, 0x800a, 0x800b, 0x800c, 0x800e, 0xfbff],
];

export function schemaOf(typeId: number): DescMessage {
  if (typeId >= NOTIFICATION_IDS_START) return wire.NotificationSchema;
  const schema = SCHEMAS.get(typeId);
  if (schema === undefined) throw new Error(`There is no schema of 0x${typeId.toString(16)}.`);
  return schema;
}

export function schemaOfMessage(message: Message): DescMessage {
  return schemaOf(toTypeId(message));
}
