import { describe, expect, it } from "vitest";
import { decodeMessage } from "./codec.ts";
import { fromHex } from "./testing/hex.ts";
import { GROUP_DEPTH_MAX, PAYLOAD_ELEMENTS_MAX } from "./wire-reader.ts";

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

describe("what is unknown", () => {
  const decode = (hex: string) => decodeMessage({ typeId: 0x0411, payload: fromHex(hex) }, 6);
  const groups = (depth: number) => `${"7b".repeat(depth)}${"7c".repeat(depth)}5801`;

  it("is skipped, whatever it is", () => {
    const run = { type: "Run", completionId: 1, name: "" };
    expect(decode("79 0102030405060708 7d 01020304 7a 02 ffff 78 ffffffffffffffffff01 5801")).toEqual(run);
    expect(decode("7b 0801 7b 7c 1201ff 7c 5801")).toEqual(run);
  });

  it.each([
    ["78 ffffffffffffffffffff01 5801", "a varint of more than 10 bytes"],
    ["5801 78", "premature end of a varint"],
    ["79 01020304050607", "field 15 is longer than what it is in"],
    ["7a 05 0101", "field 15 is longer than what it is in"],
    ["7c 5801", "field 15 ends a group that did not begin"],
    ["7b 74", "field 14 ends the group of field 15"],
    ["7b 5801", "the group of field 15 does not end"],
    ["0001", "illegal tag: field 0, wire type 0"],
    ["7e01", "illegal tag: field 15, wire type 6"],
  ])("is refused when it is malformed: %s", (hex, reason) => {
    expect(() => decode(hex)).toThrow(
      expect.objectContaining({ code: 571, message: expect.stringMatching(`: ${reason}$`) }),
    );
  });

  it("may nest groups up to the limit, and no deeper", () => {
    expect(decode(groups(GROUP_DEPTH_MAX))).toMatchObject({ completionId: 1 });
    expect(() => decode(groups(GROUP_DEPTH_MAX + 1))).toThrow(
      `groups are nested more than ${GROUP_DEPTH_MAX} deep`,
    );
  });
});
