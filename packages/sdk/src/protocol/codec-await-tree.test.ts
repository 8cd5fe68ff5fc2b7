import { describe, expect, it } from "vitest";
import { createMessageDecoder, decodeMessage, encodeMessages } from "./codec.ts";
import { AWAIT_TREE_DEPTH_MAX, AWAIT_TREE_NODES_MAX } from "./codec-await-tree.ts";
import type { AwaitTree, Message } from "./messages.ts";
import { toHex } from "./testing/hex.ts";
import type { ProtocolVersion } from "./versions.ts";

const tree: AwaitTree = {
  combinator: "allCompleted",
  completions: [1],
  signals: [],
  namedSignals: [],
  nested: [],
};

function roundTrip(message: Message, version: ProtocolVersion): Message[] {
  return createMessageDecoder({ version }).push(encodeMessages([message], version));
}

describe("Suspension of nested combinators", () => {
  const cancel: AwaitTree = {
    combinator: "firstCompleted",
    completions: [],
    signals: [1],
    namedSignals: [],
    nested: [],
  };
  const race: AwaitTree = {
    combinator: "firstCompleted",
    completions: [2, 1],
    signals: [17],
    namedSignals: ["g"],
    nested: [],
  };
  const all: AwaitTree = {
    ...race,
    combinator: "allSucceededOrFirstFailed",
    completions: [1],
    signals: [],
    nested: [race],
  };
  const suspension: Message = { type: "Suspension", awaitingOn: { ...cancel, nested: [all] } };

  it("names each leaf once in version 6", () => {
    expect(toHex(encodeMessages([suspension], 6))).toBe("000100000000000b0a020102120201111a0167");
  });

  it("is a tree in version 7", () => {
    const inner = "0a020201 120111 1a0167 2801";
    const middle = `0a0101 1a0167 220c${inner} 2804`;
    const outer = `120101 2216${middle} 2801`;
    const expected = `0001 0000 0000001f 221d${outer}`;
    expect(toHex(encodeMessages([suspension], 7))).toBe(expected.replaceAll(" ", ""));
  });
});

describe("the depth of an await tree", () => {
  const nest = (levels: number): AwaitTree => {
    let outer = tree;
    for (let level = 1; level < levels; level++) outer = { ...tree, nested: [outer] };
    return outer;
  };
  const suspension = (levels: number): Message => ({ type: "Suspension", awaitingOn: nest(levels) });

  it("may be at the limit", () => {
    expect(roundTrip(suspension(AWAIT_TREE_DEPTH_MAX), 7)).toEqual([suspension(AWAIT_TREE_DEPTH_MAX)]);
  });

  it("may not be one past it", () => {
    expect(() => encodeMessages([suspension(AWAIT_TREE_DEPTH_MAX + 1)], 7)).toThrow(
      `Combinators are nested more than ${AWAIT_TREE_DEPTH_MAX} deep`,
    );
    const frame = { typeId: 0x0001, payload: nestedFutures(AWAIT_TREE_DEPTH_MAX + 1) };
    expect(() => decodeMessage(frame, 7)).toThrow(
      `Combinators are nested more than ${AWAIT_TREE_DEPTH_MAX} deep`,
    );
  });

  it("doesn't matter before version 7", () => {
    expect(roundTrip(suspension(100_000), 6)).toEqual([
      { type: "Suspension", awaitingOn: { ...tree, combinator: "firstCompleted" } },
    ]);
  });

  it("is refused at any depth, without ending the stack", () => {
    const frame = { typeId: 0x0001, payload: nestedFutures(1_000_000) };
    expect(() => decodeMessage(frame, 7)).toThrow(
      `Combinators are nested more than ${AWAIT_TREE_DEPTH_MAX} deep`,
    );
  });
});

describe("the number of combinators", () => {
  const wide = (nodes: number): Message => ({
    type: "Suspension",
    awaitingOn: { ...tree, nested: Array<AwaitTree>(nodes - 1).fill({ ...tree, completions: [] }) },
  });

  it("may be at the limit", () => {
    const [decoded] = roundTrip(wide(AWAIT_TREE_NODES_MAX), 7);
    expect(decoded?.type === "Suspension" && decoded.awaitingOn.nested.length).toBe(AWAIT_TREE_NODES_MAX - 1);
  });

  it("may not be one past it", () => {
    const message = `More than ${AWAIT_TREE_NODES_MAX} combinators are awaited at once`;
    expect(() => encodeMessages([wide(AWAIT_TREE_NODES_MAX + 1)], 7)).toThrow(message);
    // One Future with that many empty ones in it, its length a varint of three bytes.
    const payload = new Uint8Array(4 + AWAIT_TREE_NODES_MAX * 2);
    const length = AWAIT_TREE_NODES_MAX * 2;
    payload.set([0x22, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14]);
    for (let at = 4; at < payload.length; at += 2) payload[at] = 0x22;
    expect(() => decodeMessage({ typeId: 0x0001, payload }, 7)).toThrow(message);
  });
});

/** The payload of a Suspension that nests this many empty combinators, written from the inside out. */
function nestedFutures(levels: number): Uint8Array {
  const reversed: number[] = [];
  for (let level = 0; level < levels; level++) {
    const length: number[] = [];
    let rest = reversed.length;
    do {
      length.push(rest >= 0x80 ? (rest & 0x7f) | 0x80 : rest);
      rest = Math.floor(rest / 0x80);
    } while (rest > 0);
    reversed.push(...length.reverse(), 0x22);
  }
  return Uint8Array.from(reversed.reverse());
}
