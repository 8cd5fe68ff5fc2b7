import { describe, expect, it } from "vitest";
import type { LinkReader } from "../invocation/link.ts";
import { encodeMessages } from "../protocol/codec.ts";
import type { Message } from "../protocol/messages.ts";
import { ByteLink, type ByteLinkOptions } from "./byte-link.ts";
import { MemoryExchange } from "./testing/memory-exchange.ts";
import { startBytes, startMessages } from "./testing/transcripts.ts";

/** What the attempt hears, in short. */
class Heard implements LinkReader {
  readonly events: string[] = [];

  message(message: Message): void {
    this.events.push(message.type);
  }

  end(): void {
    this.events.push("end");
  }

  abort(): void {
    this.events.push("abort");
  }
}

interface Fixture {
  readonly exchange: MemoryExchange;
  readonly link: ByteLink;
  readonly heard: Heard;
  /** How often the link said that it holds nothing any more. */
  released(): number;
}

function open(options: Partial<ByteLinkOptions> & { readonly bidirectional?: boolean } = {}): Fixture {
  const exchange = new MemoryExchange(options.bidirectional ?? true);
  const heard = new Heard();
  let released = 0;
  const link = new ByteLink({
    request: exchange,
    response: exchange,
    version: 6,
    released: () => {
      released += 1;
    },
    ...options,
  });
  link.open(heard);
  return { exchange, link, heard, released: () => released };
}

const OUTPUT: Message = {
  type: "Output",
  name: "",
  result: { type: "success", value: new TextEncoder().encode("1") },
};
const END: Message = { type: "End" };
const SLEEP: Message = { type: "Sleep", name: "", completionId: 1, wakeUpTimeMs: 1 };
const WOKEN: Message = { type: "Completion", kind: "Sleep", completionId: 1, result: { type: "void" } };

describe("a bidirectional link", () => {
  it("sends the head at once, each batch of messages in one write, and ends after the request", () => {
    const { exchange, link, heard, released } = open();
    expect(exchange.events).toEqual(["head 200"]);
    exchange.body.chunk(startBytes(1));
    link.send([SLEEP, SLEEP]);
    expect(exchange.writes).toBe(1);
    exchange.body.chunk(encodeMessages([WOKEN], 6));
    link.send([OUTPUT, END]);
    link.close();
    expect(exchange.events).toEqual(["head 200", "Sleep", "Sleep", "Output 1", "End"]);
    expect(released()).toBe(0);
    exchange.body.chunk(encodeMessages([WOKEN], 6));
    exchange.body.end();
    expect(exchange.events.at(-1)).toBe("end");
    expect(released()).toBe(1);
    expect(heard.events).toEqual(["Start", "Input", "Completion"]);
  });

  it("ends at once, with the last messages, if the request has ended before", () => {
    const { exchange, link, heard } = open();
    exchange.body.chunk(startBytes(1));
    exchange.body.end();
    link.send([OUTPUT, END]);
    expect(exchange.writes).toBe(0);
    link.close();
    expect(exchange.events).toEqual(["head 200", "Output 1", "End", "end"]);
    expect(heard.events).toEqual(["Start", "Input", "end"]);
  });

  it("is silent after a reset, for both sides", () => {
    const { exchange, link, heard, released } = open();
    exchange.body.chunk(startBytes(1));
    exchange.body.abort(new Error("reset"));
    link.send([OUTPUT, END]);
    link.close();
    exchange.body.chunk(startBytes(1));
    exchange.body.end();
    exchange.body.abort(new Error("again"));
    expect(exchange.events).toEqual(["head 200", "abort"]);
    expect(heard.events).toEqual(["Start", "Input", "abort"]);
    expect(released()).toBe(1);
  });
});

describe("a link that is not bidirectional", () => {
  it("does nothing before the request has ended", () => {
    const { exchange, link, heard } = open({ bidirectional: false });
    for (const byte of startBytes(1)) exchange.body.chunk(Uint8Array.of(byte));
    expect(exchange.events).toEqual([]);
    expect(heard.events).toEqual([]);
    exchange.body.end();
    expect(exchange.events).toEqual(["head 200"]);
    expect(heard.events).toEqual(["Start", "Input", "end"]);
    link.send([SLEEP]);
    link.send([OUTPUT, END]);
    link.close();
    expect(exchange.events).toEqual(["head 200", "Sleep", "Output 1", "End", "end"]);
  });

  it("keeps an error until the request has ended", async () => {
    const { exchange, heard, released } = open({ bidirectional: false });
    exchange.body.chunk(Uint8Array.of(0x03, 0xff, 0, 0, 0, 0, 0, 0));
    exchange.body.chunk(startBytes(1));
    expect(exchange.events).toEqual([]);
    exchange.body.end();
    expect(exchange.events).toEqual(["head 200", "Error 500", "end"]);
    expect(released()).toBe(1);
    await Promise.resolve();
    expect(heard.events).toEqual(["abort"]);
  });
});

describe("faults", () => {
  it("in the middle of the request end the attempt with one Error", async () => {
    const { exchange, link, heard } = open();
    exchange.body.chunk(startBytes(1));
    exchange.body.chunk(Uint8Array.of(0x03, 0xff, 0, 0, 0, 0, 0, 0));
    exchange.body.chunk(Uint8Array.of(0x03, 0xff, 0, 0, 0, 0, 0, 0));
    await Promise.resolve();
    link.send([OUTPUT, END]);
    link.close();
    exchange.body.end();
    expect(exchange.events).toEqual(["head 200", "Error 500", "end"]);
    expect(heard.events).toEqual(["Start", "Input", "abort"]);
  });

  it("at the end of the request too", () => {
    const { exchange } = open();
    exchange.body.chunk(startBytes(1).subarray(0, 12));
    exchange.body.end();
    expect(exchange.events).toEqual(["head 200", "Error 571", "end"]);
  });

  it("in what the attempt sends become an Error, and are not thrown at it", async () => {
    const { exchange, link, heard } = open();
    exchange.body.chunk(startBytes(1));
    link.send([{ ...SLEEP, completionId: -1 }, OUTPUT, END]);
    link.close();
    await Promise.resolve();
    exchange.body.end();
    expect(exchange.events).toHaveLength(3);
    expect(exchange.events[1]).toMatch(/^Error /);
    expect(heard.events).toEqual(["Start", "Input", "abort"]);
  });
});

describe("limits", () => {
  const bytes = startBytes("a".repeat(100));
  const [, input] = startMessages("a".repeat(100));
  const payloadBytes = encodeMessages(input === undefined ? [] : [input], 6).length - 8;

  it.each([
    ["request", { requestBytesMax: bytes.length }, true],
    ["request", { requestBytesMax: bytes.length - 1 }, false],
    ["frame", { frameBytesMax: payloadBytes }, true],
    ["frame", { frameBytesMax: payloadBytes - 1 }, false],
  ])("of a %s: %o is accepted: %s", async (_, options, accepted) => {
    const { exchange, heard } = open(options);
    exchange.body.chunk(bytes);
    exchange.body.end();
    await Promise.resolve();
    if (accepted) expect(heard.events).toEqual(["Start", "Input", "end"]);
    else expect(exchange.events).toEqual(["head 200", "Error 571", "end"]);
  });
});

describe("suspending for a stop", () => {
  it("looks to the attempt like the end of the request", () => {
    const { exchange, link, heard } = open();
    exchange.body.chunk(startBytes(1));
    link.suspend();
    link.suspend();
    exchange.body.chunk(encodeMessages([WOKEN], 6));
    expect(heard.events).toEqual(["Start", "Input", "end"]);
    link.send([OUTPUT, END]);
    link.close();
    expect(exchange.events).toEqual(["head 200", "Output 1", "End"]);
    exchange.body.end();
    expect(exchange.events.at(-1)).toBe("end");
    expect(heard.events).toEqual(["Start", "Input", "end"]);
  });

  it("waits until the recorded journal has arrived", () => {
    const { exchange, link, heard } = open();
    const bytes = encodeMessages(startMessages(1, [{ ...SLEEP }, { ...WOKEN }] as never), 6);
    exchange.body.chunk(bytes.subarray(0, bytes.length - 1));
    link.suspend();
    expect(heard.events).toEqual(["Start", "Input", "Sleep"]);
    exchange.body.chunk(bytes.subarray(bytes.length - 1));
    expect(heard.events).toEqual(["Start", "Input", "Sleep", "Completion", "end"]);
    exchange.body.end();
    expect(heard.events).toHaveLength(5);
  });

  it("changes nothing for a request that comes as a whole", () => {
    const { exchange, link, heard } = open({ bidirectional: false });
    exchange.body.chunk(startBytes(1));
    link.suspend();
    exchange.body.end();
    expect(heard.events).toEqual(["Start", "Input", "end"]);
  });

  it("hears of a request that ends too early all the same", () => {
    const { exchange, link, heard } = open();
    link.suspend();
    exchange.body.end();
    expect(heard.events).toEqual(["end"]);
  });
});
