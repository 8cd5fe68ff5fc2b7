import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessageDecoder, decodeMessage, encodeMessages } from "./codec.ts";
import type { Message } from "./messages.ts";
import { arbitraryMessage, arbitrarySplit } from "./testing/arbitraries.ts";
import type { ProtocolVersion } from "./versions.ts";

const VERSIONS: readonly ProtocolVersion[] = [5, 6, 7];

function decodeAll(version: ProtocolVersion, chunks: readonly Uint8Array[]): Message[] {
  const decoder = createMessageDecoder({ version });
  const messages = chunks.flatMap((chunk) => decoder.push(chunk));
  decoder.end();
  return messages;
}

describe.each(VERSIONS)("version %i", (version) => {
  const messages = fc.array(arbitraryMessage(version), { maxLength: 6 });

  it("gives back every message that it was given", () => {
    fc.assert(
      fc.property(messages, (sent) => {
        expect(decodeAll(version, [encodeMessages(sent, version)])).toEqual(sent);
      }),
      { numRuns: 500 },
    );
  });

  it("doesn't mind where the stream is cut", () => {
    const cut = messages.chain((sent) =>
      arbitrarySplit(encodeMessages(sent, version)).map((chunks) => ({ sent, chunks })),
    );
    fc.assert(
      fc.property(cut, ({ sent, chunks }) => {
        expect(decodeAll(version, chunks)).toEqual(sent);
      }),
      { numRuns: 200 },
    );
  });

  it("refuses a stream that stops inside a message", () => {
    const cut = arbitraryMessage(version).chain((message) => {
      const bytes = encodeMessages([message], version);
      return fc.integer({ min: 1, max: bytes.length - 1 }).map((length) => bytes.subarray(0, length));
    });
    fc.assert(
      fc.property(cut, (bytes) => {
        const decoder = createMessageDecoder({ version });
        expect(decoder.push(bytes)).toEqual([]);
        expect(() => decoder.end()).toThrow(/^The stream ended inside a message/);
      }),
      { numRuns: 100 },
    );
  });
});

describe("text", () => {
  const decodeName = (name: readonly number[]) =>
    decodeMessage({ typeId: 0x0411, payload: new Uint8Array([0x58, 1, 0x62, name.length, ...name]) }, 6);

  it("keeps a byte order mark", () => {
    expect(decodeName([0xef, 0xbb, 0xbf, 0x61])).toEqual({ type: "Run", completionId: 1, name: "\ufeffa" });
  });

  it("refuses what is not UTF-8", () => {
    expect(() => decodeName([0x61, 0xff])).toThrow(
      expect.objectContaining({ code: 571, message: "A command's name is not valid UTF-8 (2 bytes)" }),
    );
  });

  it("refuses a state key that is not UTF-8 with code 500", () => {
    const payload = new Uint8Array([0x0a, 1, 0xff]);
    expect(() => decodeMessage({ typeId: 0x0404, payload }, 6)).toThrow(
      expect.objectContaining({ code: 500, message: "A state key is not valid UTF-8 (1 bytes)" }),
    );
  });

  it("replaces a surrogate without its partner", () => {
    const run: Message = { type: "Run", completionId: 1, name: "a\ud83d" };
    expect(decodeAll(6, [encodeMessages([run], 6)])).toEqual([{ ...run, name: "a\ufffd" }]);
  });
});

describe("numbers", () => {
  const sleep: Message = { type: "Sleep", completionId: 1, wakeUpTimeMs: 1, name: "" };

  it.each([0.5, -1, Number.NaN, 2 ** 53])("refuses to send %d milliseconds", (wakeUpTimeMs) => {
    expect(() => encodeMessages([{ ...sleep, wakeUpTimeMs }], 6)).toThrow(
      `Sleep's wake-up time has to be a whole number of milliseconds from 0 on, got ${wakeUpTimeMs}`,
    );
  });

  it("cuts down milliseconds that a number can't hold", () => {
    const payload = new Uint8Array([0x08, ...Array<number>(9).fill(0xff), 0x01, 0x58, 1]);
    expect(decodeMessage({ typeId: 0x040c, payload }, 6)).toEqual({
      ...sleep,
      wakeUpTimeMs: Number.MAX_SAFE_INTEGER,
    });
  });

  it("refuses to send a number that is no uint32", () => {
    const output: Message = {
      type: "Output",
      result: { type: "failure", failure: { code: 2 ** 32, message: "" } },
      name: "",
    };
    expect(() => encodeMessages([output], 6)).toThrow(
      expect.objectContaining({
        name: "ProtocolError",
        code: 500,
        message: expect.stringMatching(/^Output can't be encoded: /),
      }),
    );
  });
});

it("decodes without copying", () => {
  const set: Message = { type: "SetState", key: "k", value: new Uint8Array([1, 2, 3]), name: "" };
  const bytes = encodeMessages([set], 6);
  const [decoded] = decodeAll(6, [bytes]);
  expect(decoded).toMatchObject(set);
  expect(decoded?.type === "SetState" && decoded.value.buffer === bytes.buffer).toBe(true);
});
