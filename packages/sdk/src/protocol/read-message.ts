import {
  type DescField,
  type DescMessage,
  fromBinary,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { Bytes } from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * The most fields and list elements of one payload, nested ones included. Two
 * bytes suffice for an element that takes hundreds in memory, so the limit on a
 * frame's bytes alone would let a frame fill the heap.
 */
export const PAYLOAD_ELEMENTS_MAX = 1_000_000;

const READ_OPTIONS = { readUnknownFields: false };

/**
 * Reads a payload.
 *
 * @throws ProtocolError if it has more than {@link PAYLOAD_ELEMENTS_MAX} elements.
 * @throws Error if it is malformed.
 */
export function readMessage<S extends DescMessage>(schema: S, payload: Bytes): MessageShape<S> {
  // An element takes at least a byte: what is shorter needn't be counted.
  if (payload.length > PAYLOAD_ELEMENTS_MAX) {
    countElements(schema, { reader: new BinaryReader(payload), end: payload.length, before: 0 });
  }
  return fromBinary(schema, payload, READ_OPTIONS);
}

/**
 * Counts without making anything. Stricter than the generated reader, which looks
 * neither at wire types nor whether a message stays within its parent: what this
 * lets through, that reads as the same elements.
 */
function countElements(
  schema: DescMessage,
  part: { readonly reader: BinaryReader; readonly end: number; readonly before: number },
): number {
  const { reader, end } = part;
  let count = part.before;
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const field = schema.fields.find((candidate) => candidate.number === number);
    if (field !== undefined) requireWireType(field, wireType);
    count += 1;
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, number);
    } else {
      const valueBytes = reader.uint32();
      const valueEnd = reader.pos + valueBytes;
      if (valueEnd > end) throw new Error(`field ${number} is longer than what it is in`);
      if (field?.message !== undefined) {
        count = countElements(field.message, { reader, end: valueEnd, before: count });
      } else if (field?.fieldKind === "list" && !isBytes(field)) {
        count += valueBytes;
      }
      reader.pos = valueEnd;
    }
    if (count > PAYLOAD_ELEMENTS_MAX) {
      throw new ProtocolError(`A message has more than ${PAYLOAD_ELEMENTS_MAX} elements`, {
        hint: "Keep large collections outside the journal, or in few large values.",
      });
    }
  }
  return count;
}

/** Text is declared as bytes too: see the .proto. Numbers in lists are packed or not. */
function requireWireType(field: DescField, wireType: WireType): void {
  const delimited = field.message !== undefined || isBytes(field);
  if (delimited ? wireType === WireType.LengthDelimited : wireType === WireType.Varint) return;
  if (field.fieldKind === "list" && !delimited && wireType === WireType.LengthDelimited) return;
  throw new Error(`field ${field.number} has the wrong wire type`);
}

function isBytes(field: DescField): boolean {
  return "scalar" in field && field.scalar === ScalarType.BYTES;
}
