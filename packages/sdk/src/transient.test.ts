import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TransientMap, TransientSet } from "./transient.ts";

const keys = fc.integer({ min: 0, max: 30 });

test("it holds what a Map holds, in the same order", () => {
  const operations = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant("set" as const), key: keys }),
      fc.record({ do: fc.constant("delete" as const), key: keys }),
      fc.record({ do: fc.constant("clear" as const), key: fc.constant(0) }),
    ),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(operations, (steps) => {
      const [map, set, model] = [new TransientMap<number, number>(), new TransientSet<number>(), new Map()];
      for (const [value, { do: what, key }] of steps.entries()) {
        if (what === "clear") for (const each of [map, set, model]) each.clear();
        else if (what === "delete") {
          const had = model.delete(key);
          expect([map.delete(key), set.delete(key)]).toEqual([had, had]);
        } else {
          map.set(key, value);
          set.add(key);
          model.set(key, value);
        }
        expect([map.size, set.size]).toEqual([model.size, model.size]);
        expect([map.has(key), set.has(key), map.get(key)]).toEqual([
          model.has(key),
          model.has(key),
          model.get(key),
        ]);
        expect([map.first(), set.first()]).toEqual([[...model][0], [...model.keys()][0]]);
      }
      expect([map.keys(), map.values(), map.entries(), set.values()]).toEqual([
        [...model.keys()],
        [...model.values()],
        [...model],
        [...model.keys()],
      ]);
    }),
  );
});

test("what was in it is garbage to the quick collector, not only to the thorough one", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options?: { type: "minor" }) => void;
  const ITEMS = 3000;
  const IN_IT = 30;
  const NUMBERS = 200;
  const map = new TransientMap<number, number[]>();
  const turnOver = (): void => {
    for (let item = 0; item < ITEMS; item += 1) {
      map.set(item, new Array<number>(NUMBERS).fill(item + 0.5));
      map.delete(item - IN_IT);
      if (item % (ITEMS / 10) === 0) collect({ type: "minor" });
    }
    for (const key of map.keys()) map.delete(key);
  };
  turnOver();
  collect();
  const before = process.memoryUsage().heapUsed;
  turnOver();
  collect({ type: "minor" });
  collect({ type: "minor" });
  // All of it is 5 MB; a Map keeps it.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
});
