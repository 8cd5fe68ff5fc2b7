import { describe, expect, test } from "vitest";
import { Group } from "./log-store-group.ts";
import { classifyTail, type Tail } from "./log-store-tail.ts";

const MARK = Buffer.from("markmark");

function record(valueBytes: number): Buffer {
  const group = new Group();
  group.add([{ key: "key", value: Buffer.alloc(valueBytes, "value") }]);
  return Buffer.from(group.toRecord(MARK));
}

function classify(...parts: Uint8Array[]): Tail {
  return classifyTail({ bytes: Buffer.concat(parts), offset: 48, mark: MARK });
}

const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);

describe("the tail of the last segment", () => {
  test("zeros are room for records", () => {
    expect(classify(zeros(1))).toBe("clean");
    expect(classify(zeros(5000))).toBe("clean");
  });

  test("a record that stops anywhere is torn, at the end of the file or in zeros", () => {
    const whole = record(1500);
    for (let cut = 1; cut < whole.length; cut += 1) {
      expect(classify(whole.subarray(0, cut)), `${cut}`).toBe("torn");
      expect(classify(whole.subarray(0, cut), zeros(whole.length - cut + 900)), `${cut}`).toBe("torn");
    }
  });

  test("a record that lacks any whole sector is torn", () => {
    const whole = record(3000);
    for (let start = -48; start < whole.length; start += 512) {
      const lacking = Buffer.from(whole);
      lacking.fill(0, Math.max(0, start), Math.min(start + 512, whole.length));
      expect(classify(lacking, zeros(700)), `sector at ${start}`).toBe("torn");
    }
  });

  test("a whole record with any bit flipped is damaged", () => {
    const whole = record(600);
    for (let at = 0; at < whole.length; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      expect(classify(flipped, zeros(at % 2 === 0 ? 0 : 2000)), `${at}`).toHaveProperty("damaged");
    }
  });

  test("a bad record before a valid one is damaged, whatever is wrong with it", () => {
    const bad = record(600);
    for (const cut of [1, 7, 30, 600]) {
      expect(classify(bad.subarray(0, cut), zeros(20), record(3))).toEqual({
        damaged: `a valid record follows at offset ${48 + cut + 20}`,
      });
    }
  });
});
