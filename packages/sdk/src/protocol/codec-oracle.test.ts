import { type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessageDecoder, decodeMessage, encodeMessages } from "./codec.ts";
import { createFrameDecoder } from "./framing.ts";
import type { Message } from "./messages.ts";
import { arbitraryMessage } from "./testing/arbitraries.ts";
import { arbitraryPayload } from "./testing/arbitrary-payload.ts";
import { FutureSchema } from "./testing/generated/perdure/protocol_pb.ts";
import { schemaOf, schemaOfMessage, TYPE_IDS } from "./testing/schemas.ts";
import type { ProtocolVersion } from "./versions.ts";

/** Our codec against protobuf-es with code generated from the .proto: whatever one reads or writes, the other does. */

const VERSIONS: readonly ProtocolVersion[] = [5, 6, 7];

function payloadOf(message: Message, version: ProtocolVersion): Uint8Array {
  const [frame] = createFrameDecoder().push(encodeMessages([message], version));
  if (frame === undefined) throw new Error("There is no frame.");
  return frame.payload;
}

describe.each(VERSIONS)("what we write in version %i", (version) => {
  it("is what protobuf-es writes, byte for byte", () => {
    fc.assert(
      fc.property(arbitraryMessage(version), (message) => {
        const schema = schemaOfMessage(message);
        const payload = payloadOf(message, version);
        const read = fromBinary(schema, payload);
        expect(read.$unknown).toBeUndefined();
        expect(toBinary(schema, read)).toEqual(payload);
      }),
      { numRuns: 500 },
    );
  });
});

describe("lengths", () => {
  it.each([0, 1, 31, 32, 33, 122, 127, 128, 129, 16_000, 16_383, 16_384, 70_000])(
    "of %i bytes and characters are written as protobuf-es writes them",
    (length) => {
      const message = "é".repeat(length / 2) + "x".repeat(length % 2);
      const metadata = { key: "v".repeat(length) };
      const value = new Uint8Array(length).fill(7);
      const failure = { code: 1, message, metadata };
      const messages: readonly Message[] = [
        { type: "Output", result: { type: "failure", failure }, name: "n".repeat(length) },
        { type: "SetState", key: message, value, name: "" },
        { type: "ProposeRunCompletion", completionId: 0xffff_ffff, result: { type: "success", value } },
      ];
      for (const sent of messages) {
        const payload = payloadOf(sent, 7);
        const schema = schemaOfMessage(sent);
        expect(Buffer.compare(toBinary(schema, fromBinary(schema, payload)), payload)).toBe(0);
      }
      expect(createMessageDecoder({ version: 7 }).push(encodeMessages(messages, 7))).toEqual(messages);
    },
  );
});

/** The lists of a Suspension are those of a Future, which AwaitingOn has too; sent they are something else. */
const SUSPENSION = 0x0001;

describe.each(TYPE_IDS.filter((typeId) => typeId !== SUSPENSION))(
  "what protobuf-es reads as type %i",
  (typeId) => {
    const schema = schemaOf(typeId);

    it("we read as the same, however it is written", () => {
      let compared = 0;
      fc.assert(
        fc.property(arbitraryPayload(schema), (payload) => {
          const message = readIfAllowed(typeId, payload);
          if (message === undefined) return;
          compared += 1;
          expect(read(schema, payloadOf(message, 7))).toEqual(read(schema, payload));
        }),
        { numRuns: 200 },
      );
      expect(compared).toBeGreaterThan(0);
    });
  },
);

/** `undefined` if a part is missing that the message can't do without, or may not be there. */
function readIfAllowed(typeId: number, payload: Uint8Array): Message | undefined {
  try {
    return decodeMessage({ typeId, payload }, 7);
  } catch (error) {
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/ is missing$| is not allowed in | has to be /),
    );
    return undefined;
  }
}

/** What protobuf-es reads, in a form that is the same for what means the same. */
function read(schema: DescMessage, payload: Uint8Array): unknown {
  const message = fromBinary(schema, payload, { readUnknownFields: false }) as unknown as Record<
    string,
    unknown
  >;
  if (schema.name === "InputCommand") message.value ??= { content: new Uint8Array(0) };
  if (schema.name === "GetEagerStateKeysCommand") message.value ??= { keys: [] };
  return normalize(message);
}

const KNOWN_BEHAVIOR_MAX = 2;
const KNOWN_COMBINATOR_MAX = 4;

function normalize(value: unknown, name?: string): unknown {
  if (name === "behavior") return (value as number) > KNOWN_BEHAVIOR_MAX || (value as number) < 0 ? 0 : value;
  if (name === "combinatorType")
    return (value as number) > KNOWN_COMBINATOR_MAX || (value as number) < 0 ? 0 : value;
  if (value instanceof Uint8Array) return name === "awaitingOn" ? read(FutureSchema, value) : [...value];
  if (Array.isArray(value)) {
    if (name === "nestedFutures") return value.map((future) => read(FutureSchema, future as Uint8Array));
    const list = value.map((element) => normalize(element));
    return name === "metadata" ? lastOfEachKey(list as readonly { readonly key: unknown }[]) : list;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "$typeName");
  return Object.fromEntries(entries.map(([key, part]) => [key, normalize(part, key)]));
}

function lastOfEachKey(entries: readonly { readonly key: unknown }[]): unknown {
  return Object.fromEntries(entries.map((entry) => [`key ${String(entry.key)}`, entry]));
}
