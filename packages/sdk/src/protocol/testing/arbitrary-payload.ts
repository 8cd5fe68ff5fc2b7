import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { Bytes } from "../messages.ts";
import { FutureSchema } from "./generated/perdure/protocol_pb.ts";

/**
 * Random payloads as another implementation may write them: fields in any order and
 * more than once, numbers longer than they need be, lists packed or not, fields
 * that nobody knows, groups.
 */
export function arbitraryPayload(schema: DescMessage, depth = 2): fc.Arbitrary<Bytes> {
  const known = schema.fields.map((field) => arbitraryField(field, depth));
  const fields = fc.oneof(
    { weight: Math.max(1, known.length), arbitrary: fc.oneof(...known, unknownField) },
    unknownField,
  );
  return fc.array(fields, { maxLength: 8 }).map((parts) => Uint8Array.from(parts.flat()));
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED_32 = 5;

const varint: fc.Arbitrary<number[]> = fc
  .record({
    value: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 300 }), fc.nat(), fc.maxSafeNat()),
    padding: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 9 })),
  })
  .map(({ value, padding }) => toVarint(value, padding));

/** Fewer bytes of padding than asked for if there would be more than ten. */
function toVarint(value: number, padding = 0): number[] {
  const groups: number[] = [];
  let rest = value;
  do {
    groups.push(rest % 0x80);
    rest = Math.floor(rest / 0x80);
  } while (rest > 0);
  for (let index = 0; index < padding && groups.length < 10; index++) groups.push(0);
  return groups.map((group, index) => (index < groups.length - 1 ? group | 0x80 : group));
}

function tag(number: number, wireType: number): number[] {
  return toVarint(number * 8 + wireType);
}

function delimited(number: number, content: readonly number[] | Bytes): number[] {
  return [...tag(number, LENGTH_DELIMITED), ...toVarint(content.length), ...content];
}

const text = fc.string({ unit: "binary", maxLength: 6 }).map((value) => new TextEncoder().encode(value));
const bytes = fc.oneof(text, fc.constant(new Uint8Array(0)));

/** Numbers above all that the protocol has. */
const unknownField: fc.Arbitrary<number[]> = fc
  .tuple(fc.integer({ min: 18, max: 5000 }), varint, fc.uint8Array({ minLength: 8, maxLength: 8 }))
  .chain(([number, value, eight]) =>
    fc.constantFrom(
      [...tag(number, VARINT), ...value],
      [...tag(number, FIXED_64), ...eight],
      [...tag(number, FIXED_32), ...eight.subarray(4)],
      delimited(number, eight),
      [
        ...tag(number, GROUP_START),
        ...tag(1, VARINT),
        ...value,
        ...delimited(2, eight),
        ...tag(number, GROUP_END),
      ],
    ),
  );

/** Declared as bytes, see the .proto. */
const FUTURE_FIELDS: ReadonlySet<string> = new Set(["awaiting_on", "nested_futures"]);

function arbitraryField(field: DescField, depth: number): fc.Arbitrary<number[]> {
  const { number } = field;
  const message = FUTURE_FIELDS.has(field.name) ? FutureSchema : field.message;
  if (message !== undefined) {
    const inner = depth === 0 ? fc.constant(new Uint8Array(0)) : arbitraryPayload(message, depth - 1);
    return inner.map((content) => delimited(number, content));
  }
  if (field.scalar === ScalarType.BYTES) return bytes.map((content) => delimited(number, content));
  const single = varint.map((value) => [...tag(number, VARINT), ...value]);
  if (field.fieldKind !== "list") return single;
  const packed = fc.array(varint, { maxLength: 4 }).map((values) => delimited(number, values.flat()));
  return fc.oneof(single, packed);
}
