import { describe, expect, it } from "vitest";
import type { JournalValueCodec } from "../definition/journal-value-codec.ts";
import type { Link, LinkReader } from "../invocation/link.ts";
import type { Message } from "../protocol/messages.ts";
import { CodecLink } from "./codec-link.ts";
import { decodeValues, encodeValues } from "./journal-values.ts";

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

/** Marks what it has seen: `encode` appends `!`, `decode` takes it away. */
const codec: JournalValueCodec = {
  encode: (buf) => bytes(`${new TextDecoder().decode(buf)}!`),
  decode: async (buf) => {
    if (buf.at(-1) !== 0x21) throw new Error("not encoded");
    return buf.subarray(0, -1);
  },
};

const success = (text: string) => ({ type: "success", value: bytes(text) }) as const;
const failure = { type: "failure", failure: { code: 500, message: "no" } } as const;
const call = {
  name: "",
  service: "a",
  handler: "b",
  key: "",
  headers: [],
  invocationIdCompletionId: 1,
} as const;
const start: Message = {
  type: "Start",
  id: new Uint8Array(24),
  debugId: "inv_1",
  knownEntries: 1,
  stateMap: [
    { key: bytes("a"), value: bytes("1!") },
    { key: bytes("b"), value: bytes("!") },
  ],
  partialState: false,
  key: "",
  retryCountSinceLastStoredEntry: 0,
  durationSinceLastStoredEntryMs: 0,
  randomSeed: 0n,
};

describe("encodeValues", () => {
  it.each<[Message, Message]>([
    [
      { type: "Output", name: "", result: success("v") },
      { type: "Output", name: "", result: success("v!") },
    ],
    [
      { type: "Output", name: "", result: success("") },
      { type: "Output", name: "", result: success("!") },
    ],
    [
      { type: "ProposeRunCompletion", completionId: 1, result: success("v") },
      { type: "ProposeRunCompletion", completionId: 1, result: success("v!") },
    ],
    [
      { type: "CompletePromise", name: "", key: "k", completionId: 1, result: success("v") },
      { type: "CompletePromise", name: "", key: "k", completionId: 1, result: success("v!") },
    ],
    [
      { type: "CompleteAwakeable", name: "", awakeableId: "sign_1", result: success("v") },
      { type: "CompleteAwakeable", name: "", awakeableId: "sign_1", result: success("v!") },
    ],
    [
      { type: "SendSignal", name: "", targetInvocationId: "inv_1", signal: "s", result: success("v") },
      { type: "SendSignal", name: "", targetInvocationId: "inv_1", signal: "s", result: success("v!") },
    ],
    [
      { type: "SetState", name: "", key: "k", value: bytes("v") },
      { type: "SetState", name: "", key: "k", value: bytes("v!") },
    ],
    [
      { type: "GetEagerState", name: "", key: "k", value: bytes("v") },
      { type: "GetEagerState", name: "", key: "k", value: bytes("v!") },
    ],
    [
      { ...call, type: "Call", completionId: 2, parameter: bytes("v") },
      { ...call, type: "Call", completionId: 2, parameter: bytes("v!") },
    ],
    [
      { ...call, type: "OneWayCall", invokeTimeMs: 0, parameter: bytes("v") },
      { ...call, type: "OneWayCall", invokeTimeMs: 0, parameter: bytes("v!") },
    ],
  ])("%o", (message, expected) => {
    expect(encodeValues(message, codec)).toEqual(expected);
  });

  it.each<Message>([
    { type: "Output", name: "", result: failure },
    { type: "ProposeRunCompletion", completionId: 1, result: failure },
    { type: "SendSignal", name: "", targetInvocationId: "inv_1", signal: 1, result: { type: "void" } },
    { type: "GetEagerState", name: "", key: "k", value: undefined },
    { type: "Run", name: "", completionId: 1 },
    { type: "End" },
  ])("leaves %o as it is", (message) => {
    expect(encodeValues(message, codec)).toEqual(message);
  });
});

describe("decodeValues", () => {
  it.each<[Message, Message]>([
    [
      start,
      {
        ...start,
        stateMap: [
          { key: bytes("a"), value: bytes("1") },
          { key: bytes("b"), value: bytes("") },
        ],
      },
    ],
    [
      { type: "Input", name: "", headers: [], value: bytes("v!") },
      { type: "Input", name: "", headers: [], value: bytes("v") },
    ],
    [
      { type: "GetEagerState", name: "", key: "k", value: bytes("v!") },
      { type: "GetEagerState", name: "", key: "k", value: bytes("v") },
    ],
    [
      { type: "Completion", kind: "Call", completionId: 1, result: success("v!") },
      { type: "Completion", kind: "Call", completionId: 1, result: success("v") },
    ],
    [
      { type: "Signal", signal: 17, result: success("!") },
      { type: "Signal", signal: 17, result: success("") },
    ],
  ])("%o", async (message, expected) => {
    expect(await decodeValues(message, codec)).toEqual(expected);
  });

  it.each<Message>([
    { ...start, stateMap: [] } as Message,
    { type: "Completion", kind: "Call", completionId: 1, result: failure },
    { type: "Completion", kind: "Sleep", completionId: 1, result: { type: "void" } },
    { type: "SetState", name: "", key: "k", value: bytes("v!") },
    { type: "GetEagerState", name: "", key: "k", value: undefined },
  ])("has nothing to do for %o", (message) => {
    expect(decodeValues(message, codec)).toBeUndefined();
  });
});

/** The other end of the link under test, and the attempt at this one. */
function open(used: JournalValueCodec): {
  driver: LinkReader;
  sent: Message[];
  heard: string[];
  link: CodecLink;
} {
  const sent: Message[] = [];
  const heard: string[] = [];
  let driver: LinkReader | undefined;
  const inner: Link = {
    open: (reader) => {
      driver = reader;
    },
    send: (messages) => void sent.push(...messages),
    close: () => void heard.push("closed"),
  };
  const link = new CodecLink(inner, used);
  link.open({
    message: (message) => void heard.push(message.type),
    end: () => void heard.push("end"),
    abort: () => void heard.push("abort"),
  });
  if (driver === undefined) throw new Error("The link was not opened");
  return { driver, sent, heard, link };
}

const value: Message = { type: "Completion", kind: "Run", completionId: 1, result: success("v!") };
const noValue: Message = { type: "Signal", signal: 1, result: { type: "void" } };
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe("CodecLink", () => {
  it("keeps the order, whatever takes how long", async () => {
    const delays = [3, 1];
    const slow: JournalValueCodec = {
      encode: codec.encode,
      decode: async (buf) => {
        await new Promise((resolve) => setTimeout(resolve, delays.shift()));
        return buf;
      },
    };
    const { driver, heard } = open(slow);
    driver.message({ ...start, stateMap: [] });
    expect(heard).toEqual(["Start"]);
    driver.message(value);
    driver.message(noValue);
    driver.message({ type: "Input", name: "", headers: [], value: bytes("!") });
    driver.message(noValue);
    driver.end();
    expect(heard).toEqual(["Start"]);
    await expect.poll(() => heard).toEqual(["Start", "Completion", "Signal", "Input", "Signal", "end"]);
  });

  it("hands an abort on at once, and nothing after it", async () => {
    const { driver, heard } = open(codec);
    driver.message(value);
    driver.message(noValue);
    driver.abort(new Error("reset"));
    await settled();
    expect(heard).toEqual(["abort"]);
  });

  it.each<[string, JournalValueCodec]>([
    ["rejects", { encode: codec.encode, decode: async () => Promise.reject(new Error("key is gone")) }],
    [
      "throws",
      {
        encode: codec.encode,
        decode: () => {
          throw new Error("key is gone");
        },
      },
    ],
  ])("ends the attempt with an Error if decode %s", async (_, broken) => {
    const { driver, heard, sent, link } = open(broken);
    driver.message(value);
    driver.message(noValue);
    await settled();
    expect(sent).toMatchObject([
      { type: "Error", code: 500, message: expect.stringContaining("key is gone") },
    ]);
    expect(heard).toEqual(["closed", "abort"]);
    link.send([{ type: "End" }]);
    link.close();
    expect(sent).toHaveLength(1);
  });

  it("ends the attempt with an Error if encode throws, and does not throw itself", async () => {
    const broken: JournalValueCodec = {
      encode: () => {
        throw new Error("too long");
      },
      decode: codec.decode,
    };
    const { heard, sent, link } = open(broken);
    link.send([{ type: "SetState", name: "", key: "k", value: bytes("v") }]);
    link.close();
    await settled();
    expect(sent).toMatchObject([{ type: "Error", message: expect.stringContaining("too long") }]);
    expect(heard).toEqual(["closed", "abort"]);
  });
});
