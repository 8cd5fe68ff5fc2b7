import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeHead,
  encodeHead,
  forEachEntry,
  HEAD_BYTES,
  isDeletion,
  isRecord,
  KEY_LENGTH_MAX,
  MARK_BYTES,
  RECORD_HEAD_BYTES,
  valueAt,
} from "./log-store-format.ts";
import { Group } from "./log-store-group.ts";
import type { Write } from "./store.ts";

const MARK = Buffer.from("markmark");

function decode(record: Buffer): Write[] {
  const writes: Write[] = [];
  const range = { start: RECORD_HEAD_BYTES + MARK_BYTES, end: record.length - 1 };
  const whole = forEachEntry(record, range, (key, start) => {
    writes.push({
      key,
      value: isDeletion(record, start) ? undefined : new Uint8Array(valueAt(record, start)),
    });
  });
  expect(whole).toBe(true);
  return writes;
}

/** Any string at all, lone surrogates too. */
const anyKey = fc.oneof(
  fc.array(fc.nat({ max: 0xffff }), { maxLength: 100 }).map((codes) => String.fromCharCode(...codes)),
  fc.string({ maxLength: 100 }),
);
const anyWrite = fc.record({ key: anyKey, value: fc.option(fc.uint8Array(), { nil: undefined }) });

describe("records", () => {
  test("hold any writes", () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyWrite, { maxLength: 5 }), { maxLength: 5 }), (commits) => {
        const group = new Group();
        for (const writes of commits) group.add(writes);
        const record = group.toRecord(MARK);
        expect(isRecord(record, 0, MARK)).toBe(true);
        expect(record.length).toBe(group.bytes);
        expect(decode(record)).toEqual(commits.flat());
      }),
    );
  });

  test("are not valid with any byte changed, any byte missing, or another mark", () => {
    const group = new Group();
    group.add([{ key: "a", value: Buffer.from("value") }]);
    const record = Buffer.from(group.toRecord(MARK));
    for (let at = 0; at < record.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(record);
        changed[at] = (changed[at] as number) ^ (1 << bit);
        expect(isRecord(changed, 0, MARK)).toBe(false);
      }
      expect(isRecord(record.subarray(0, at), 0, MARK)).toBe(false);
    }
    expect(isRecord(record, 0, Buffer.from("MARKMARK"))).toBe(false);
  });

  test("random entries are refused or read, never beyond their end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const buffer = Buffer.concat([bytes, Buffer.alloc(100, 0xff)]);
        forEachEntry(buffer, { start: 0, end: bytes.length }, (_, start, length) => {
          expect(start + length).toBeLessThanOrEqual(bytes.length);
        });
      }),
    );
  });
});

describe("the limits of a group", () => {
  test("a commit that fits exactly is taken; with one byte more none of its writes is", () => {
    const group = new Group({ bytesMax: 1000 });
    group.add([{ key: "first", value: new Uint8Array(100) }]);
    const room = 1000 - group.bytes - 8 - "key".length;
    const small: Write = { key: "", value: undefined };
    expect(() => group.add([small, { key: "key", value: new Uint8Array(room - 7) }])).toThrow(
      "A commit of at least 1001 bytes is larger than the store takes (1000).",
    );
    expect(decode(group.toRecord(MARK)).map(({ key }) => key)).toEqual(["first"]);
    group.add([small, { key: "key", value: new Uint8Array(room - 8) }]);
    expect(group.bytes).toBe(1000);
    expect(decode(group.toRecord(MARK)).map(({ key }) => key)).toEqual(["first", "", "key"]);
  });

  test("a key of the greatest length is taken; with one character more it is not", () => {
    const group = new Group();
    expect(() => group.add([{ key: "k".repeat(KEY_LENGTH_MAX + 1), value: undefined }])).toThrow(
      /A key of 16777217 characters .* is longer than the store takes \(16777216\)/,
    );
    expect(group.isEmpty).toBe(true);
    group.add([{ key: "k".repeat(KEY_LENGTH_MAX), value: undefined }]);
    expect(decode(group.toRecord(MARK))[0]?.key.length).toBe(KEY_LENGTH_MAX);
  });
});

describe("the head of a file", () => {
  const head = { kind: "snapshot", sequence: 12, previousBytes: 2 ** 40, mark: MARK } as const;

  test("is read as it was written", () => {
    expect(decodeHead(encodeHead(head))).toEqual({ type: "ok", head });
  });

  test("is bad when cut or changed anywhere; another version is told apart", () => {
    const bytes = encodeHead(head);
    for (let at = 0; at < HEAD_BYTES; at += 1) {
      expect(decodeHead(bytes.subarray(0, at)).type).toBe("bad");
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x10;
      expect(decodeHead(changed).type).toBe(at >= 8 && at < 12 ? "version" : "bad");
    }
  });
});
