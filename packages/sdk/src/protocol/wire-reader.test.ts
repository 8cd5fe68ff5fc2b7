import { describe, expect, it } from "vitest";
import { decodeMessage } from "./codec.ts";
import { fromHex } from "./testing/hex.ts";
import { PAYLOAD_ELEMENTS_MAX } from "./wire-reader.ts";

const TOO_MANY = `A message has more than ${PAYLOAD_ELEMENTS_MAX} elements`;

/** `hex` so many times, and then `tail`. */
function repeat(hex: string, times: number, tail = ""): Uint8Array {
  const piece = fromHex(hex);
  const last = fromHex(tail);
  const bytes = new Uint8Array(piece.length * times + last.length);
  for (let index = 0; index < times; index++) bytes.set(piece, index * piece.length);
  bytes.set(last, piece.length * times);
  return bytes;
}

/** A length-delimited field of number 14 or less. */
function delimited(fieldNumber: number, content: Uint8Array): Uint8Array {
  const head = [fieldNumber * 8 + 2];
  let rest = content.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head.push((rest & 0x7f) | 0x80);
  const bytes = new Uint8Array(head.length + 1 + content.length);
  bytes.set([...head, rest]);
  bytes.set(content, head.length + 1);
  return bytes;
}

describe("the number of elements", () => {
  it("may be at the limit", () => {
    // Fields of no number that we know: counted, but nothing is made of them.
    const payload = repeat("7800", PAYLOAD_ELEMENTS_MAX - 1, "5801");
    expect(decodeMessage({ typeId: 0x0411, payload }, 6)).toEqual({ type: "Run", completionId: 1, name: "" });
  });

  it("may not be one past it", () => {
    const payload = repeat("7800", PAYLOAD_ELEMENTS_MAX, "5801");
    expect(() => decodeMessage({ typeId: 0x0411, payload }, 6)).toThrow(
      expect.objectContaining({ name: "ProtocolError", code: 571, message: TOO_MANY }),
    );
  });

  it.each([
    ["state entries", 0x0000, repeat("2200", PAYLOAD_ELEMENTS_MAX + 1)],
    ["headers", 0x0400, repeat("0a00", PAYLOAD_ELEMENTS_MAX + 1)],
    ["state keys", 0x0408, delimited(14, repeat("0a00", PAYLOAD_ELEMENTS_MAX))],
    ["packed numbers", 0x0001, delimited(1, new Uint8Array(PAYLOAD_ELEMENTS_MAX))],
  ])("counts %s", (_, typeId, payload) => {
    expect(() => decodeMessage({ typeId, payload }, 6)).toThrow(TOO_MANY);
  });

  it("doesn't count what is in a value", () => {
    const payload = delimited(14, delimited(1, new Uint8Array(PAYLOAD_ELEMENTS_MAX * 2)));
    expect(decodeMessage({ typeId: 0x0401, payload }, 6)).toMatchObject({
      type: "Output",
      result: { type: "success" },
    });
  });
});

describe("a large payload", () => {
  const filler = repeat("7800", PAYLOAD_ELEMENTS_MAX / 2);

  it.each([
    ["a message that is no message", "0800", "field 1 has the wrong wire type"],
    ["a message longer than the payload", "0a7f", "field 1 is longer than what it is in"],
    ["a header longer than its message", "0a020a7f", "field 1 is longer than what it is in"],
  ])("is refused with %s", (_, hex, reason) => {
    const payload = new Uint8Array([...filler, ...fromHex(hex)]);
    expect(() => decodeMessage({ typeId: 0x0400, payload }, 6)).toThrow(
      `Input (0x0400): ${payload.length} bytes are no valid payload: ${reason}`,
    );
  });
});
