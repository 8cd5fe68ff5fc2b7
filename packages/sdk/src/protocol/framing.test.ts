import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createFrameDecoder,
  encodeFrameHeader,
  FRAME_BYTES_MAX,
  FRAME_HEADER_BYTES,
  type Frame,
} from "./framing.ts";
import { arbitrarySplit } from "./testing/arbitraries.ts";
import { fromHex } from "./testing/hex.ts";

function encodeFrame({ typeId, requestedAck, payload }: Frame): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  encodeFrameHeader(bytes, 0, { typeId, requestedAck, payloadBytes: payload.length });
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

function header(payloadBytes: number): Uint8Array {
  return encodeFrame({ typeId: 0x0400, requestedAck: false, payload: new Uint8Array(0) }).map(
    (byte, index) => (index < 4 ? byte : (payloadBytes >>> (8 * (7 - index))) & 0xff),
  );
}

const frame: fc.Arbitrary<Frame> = fc.record({
  typeId: fc.nat({ max: 0xffff }),
  requestedAck: fc.boolean(),
  payload: fc.uint8Array({ maxLength: 50 }),
});

describe("frames", () => {
  it("don't depend on where the stream is cut", () => {
    const stream = fc.array(frame, { maxLength: 8 }).chain((frames) => {
      const whole = Uint8Array.from(frames.flatMap((one) => [...encodeFrame(one)]));
      return arbitrarySplit(whole).map((chunks) => ({ frames, chunks }));
    });
    fc.assert(
      fc.property(stream, ({ frames, chunks }) => {
        const decoder = createFrameDecoder();
        expect(chunks.flatMap((chunk) => decoder.push(chunk))).toEqual(frames);
        decoder.end();
      }),
      { numRuns: 500 },
    );
  });

  it("are whole again after coming byte by byte, when larger than what is set aside at first", () => {
    const payload = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
    const sent: Frame = { typeId: 1, requestedAck: false, payload };
    const decoder = createFrameDecoder();
    const bytes = encodeFrame(sent);
    const received: Frame[] = [];
    for (let at = 0; at < bytes.length; at++) received.push(...decoder.push(bytes.subarray(at, at + 1)));
    expect(received).toHaveLength(1);
    expect(received[0]?.payload.length).toBe(payload.length);
    expect(received[0]?.payload.every((byte, index) => byte === index % 251)).toBe(true);
  });

  it("are views of their chunk if it has the whole payload", () => {
    const bytes = encodeFrame({ typeId: 1, requestedAck: false, payload: new Uint8Array([1, 2]) });
    const decoder = createFrameDecoder();
    expect(decoder.push(bytes.subarray(0, FRAME_HEADER_BYTES))).toEqual([]);
    const [received] = decoder.push(bytes.subarray(FRAME_HEADER_BYTES));
    expect(received?.payload.buffer).toBe(bytes.buffer);
  });

  it("keep the ack flag and ignore the reserved bits", () => {
    const decoder = createFrameDecoder();
    const payload = new Uint8Array(0);
    expect(decoder.push(fromHex("0005 ffff 00000000 0005 7fff 00000000"))).toEqual([
      { typeId: 5, requestedAck: true, payload },
      { typeId: 5, requestedAck: false, payload },
    ]);
  });
});

describe("the limit", () => {
  it("is 32 MiB unless told otherwise", () => {
    expect(FRAME_BYTES_MAX).toBe(33_554_432);
    expect(createFrameDecoder().push(header(FRAME_BYTES_MAX))).toEqual([]);
    expect(() => createFrameDecoder().push(header(FRAME_BYTES_MAX + 1))).toThrow(
      expect.objectContaining({
        name: "ProtocolError",
        code: 571,
        message: "Input (0x0400): a message of 33554433 bytes is over the limit of 33554432",
      }),
    );
    expect(() => createFrameDecoder().push(header(0xffffffff))).toThrow(/4294967295 bytes/);
  });

  it("lets a frame through that is as large as it, and none that is larger", () => {
    const sent = (length: number): Frame => ({
      typeId: 1,
      requestedAck: false,
      payload: new Uint8Array(length),
    });
    expect(createFrameDecoder({ frameBytesMax: 10 }).push(encodeFrame(sent(10)))).toEqual([sent(10)]);
    expect(() => createFrameDecoder({ frameBytesMax: 10 }).push(encodeFrame(sent(11)))).toThrow(
      /over the limit of 10$/,
    );
  });

  it("stays exceeded", () => {
    const decoder = createFrameDecoder({ frameBytesMax: 10 });
    expect(() => decoder.push(header(11))).toThrow(/over the limit/);
    expect(() => decoder.push(new Uint8Array(1))).toThrow(/over the limit/);
    expect(() => decoder.end()).toThrow(/over the limit/);
  });
});

describe("the end", () => {
  it.each([
    ["0004 00", "The stream ended inside a message header: 3 of 8 bytes"],
    ["040d 0000 00000005", "The stream ended inside a message: Call (0x040d) has 0 of 5 bytes"],
    ["040d 0000 00000005 0102", "The stream ended inside a message: Call (0x040d) has 2 of 5 bytes"],
  ])("after %s is refused", (hex, message) => {
    const decoder = createFrameDecoder();
    expect(decoder.push(fromHex(hex))).toEqual([]);
    expect(() => decoder.end()).toThrow(expect.objectContaining({ code: 571, message }));
  });

  it("is fine between two frames", () => {
    const decoder = createFrameDecoder();
    decoder.end();
    decoder.push(fromHex("0003 0000 00000000"));
    decoder.end();
  });
});
