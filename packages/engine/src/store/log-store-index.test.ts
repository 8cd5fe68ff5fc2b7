import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyIndex, type Location } from "./log-store-index.ts";

describe("the index of keys", () => {
  test("is a map that knows how many bytes are live", () => {
    const action = fc.record({
      key: fc.constantFrom("a", "b", "c", "", "é"),
      location: fc.option(
        fc.record({
          fileId: fc.integer({ min: 1, max: 3 }),
          offset: fc.nat(),
          bytes: fc.integer({ min: 8, max: 99 }),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const index = new KeyIndex();
        const model = new Map<string, Location>();
        for (const { key, location } of actions) {
          if (location === null) {
            index.delete(key);
            model.delete(key);
          } else {
            index.set(key, location);
            model.set(key, location);
          }
          expect(index.get(key)).toEqual(model.get(key));
        }
        expect(index.size).toBe(model.size);
        expect(index.liveBytes).toBe([...model.values()].reduce((sum, { bytes }) => sum + bytes, 0));
        for (const [key, location] of model) expect(index.get(key)).toEqual(location);
      }),
    );
  });

  test("grows past its first slots, gives slots back, and takes offsets beyond 4 GiB", () => {
    const index = new KeyIndex();
    const offset = (i: number): number => 2 ** 40 + i * 100;
    for (let i = 0; i < 5000; i += 1) index.set(`key/${i}`, { fileId: 1, offset: offset(i), bytes: 10 });
    for (let i = 0; i < 5000; i += 2) index.delete(`key/${i}`);
    for (let i = 0; i < 2500; i += 1) index.set(`new/${i}`, { fileId: 2, offset: i, bytes: 20 });
    expect([index.size, index.liveBytes]).toEqual([5000, 2500 * 10 + 2500 * 20]);
    expect(index.get("key/4999")).toEqual({ fileId: 1, offset: offset(4999), bytes: 10 });
    expect(index.get("key/4998")).toBeUndefined();
  });

  test("finds the slot of one very entry, and moves it", () => {
    const index = new KeyIndex();
    index.set("a", { fileId: 1, offset: 100, bytes: 10 });
    expect(index.slotOf("a", 1, 101)).toBeUndefined();
    expect(index.slotOf("a", 2, 100)).toBeUndefined();
    expect(index.slotOf("b", 1, 100)).toBeUndefined();
    const slot = index.slotOf("a", 1, 100) as number;
    expect(index.fileIdAt(slot)).toBe(1);
    index.move(slot, 7, 5);
    expect(index.get("a")).toEqual({ fileId: 7, offset: 5, bytes: 10 });
    expect(index.liveBytes).toBe(10);
  });
});
