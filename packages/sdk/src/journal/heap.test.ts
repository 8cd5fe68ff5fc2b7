import fc from "fast-check";
import { expect, test } from "vitest";
import { Heap } from "./heap.ts";

test("gives back what was put in, lowest first, however pushes and pops mix", () => {
  const operations = fc.array(fc.option(fc.nat(1000), { nil: undefined }), { maxLength: 200 });
  fc.assert(
    fc.property(operations, (steps) => {
      const heap = new Heap<{ pos: number }>();
      const model: number[] = [];
      for (const step of steps) {
        if (step === undefined) expect(heap.pop()?.pos).toBe(model.sort((a, b) => a - b).shift());
        else {
          heap.push({ pos: step });
          model.push(step);
        }
        expect(heap.size).toBe(model.length);
        expect(heap.peek()?.pos).toBe(model.length === 0 ? undefined : Math.min(...model));
      }
    }),
  );
});
