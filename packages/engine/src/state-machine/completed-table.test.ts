import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CompletedSlots } from "./completed-slots.ts";
import { CompletedTable } from "./completed-table.ts";
import type { CompletedInvocation, InvokedBy } from "./records.ts";

/** Of the length of ids, which is all that the table asks. */
function idOf(number: number): string {
  return `inv_1${String(number).padStart(33, "0")}`;
}

const time = fc.integer({ min: 0, max: 400_000 });
const invokedBy: fc.Arbitrary<InvokedBy> = fc.oneof(
  fc.constant({ type: "ingress" } as const),
  fc.record({ type: fc.constant("service" as const), id: fc.constant(idOf(7)), target: fc.string() }),
  fc.record({ type: fc.constant("restart" as const), from: fc.constant(idOf(8)) }),
);
const facts: fc.Arbitrary<CompletedInvocation> = fc.record({
  id: fc.nat({ max: 40 }).map(idOf),
  target: fc.record({
    service: fc.constantFrom("Cart", "Shop"),
    handler: fc.constantFrom("add", "buy"),
    key: fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
    serviceKind: fc.constantFrom("object" as const, "service" as const),
    handlerKind: fc.constantFrom("exclusive" as const, "shared" as const),
  }),
  status: fc.constant("completed" as const),
  invokedBy,
  idempotencyKey: fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
  createdAtMs: time,
  completedAtMs: time,
  succeeded: fc.boolean(),
  expiresAtMs: time,
  journalExpiresAtMs: time,
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("set" as const), facts, apart: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("delete" as const), facts }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("note" as const), facts }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("due" as const), nowMs: time }) },
);

describe("the table of ended invocations", () => {
  test("is what a map would be, and knows what is due", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const table = new CompletedTable();
        const model = new Map<string, { facts: CompletedInvocation; apart: boolean }>();
        for (const next of steps) {
          if (next.type === "set") {
            table.set(next.facts.id, next.facts);
            table.noteJournalApart(next.facts.id, next.apart);
            model.set(next.facts.id, { facts: next.facts, apart: next.apart });
          } else if (next.type === "delete") {
            expect(table.delete(next.facts.id)).toBe(model.delete(next.facts.id));
          } else if (next.type === "note") {
            table.noteJournalApart(next.facts.id, false);
            const held = model.get(next.facts.id);
            if (held !== undefined) held.apart = false;
          } else {
            const expected = [...model.values()].filter(({ facts, apart }) => {
              const atMs = apart ? Math.min(facts.journalExpiresAtMs, facts.expiresAtMs) : facts.expiresAtMs;
              return atMs <= next.nowMs;
            });
            const due = table.due(next.nowMs, 1000).map(({ id }) => id);
            expect(due.sort()).toEqual(expected.map(({ facts }) => facts.id).sort());
            expect(table.due(next.nowMs, 2)).toHaveLength(Math.min(2, expected.length));
          }
        }
        expect(table.size).toBe(model.size);
        expect([...table.keys()].sort()).toEqual([...model.keys()].sort());
        for (const [id, { facts, apart }] of model) {
          expect(table.get(id)).toEqual(facts);
          expect(table.hasJournalApart(id)).toBe(apart);
        }
        for (let i = 0; i < 45; i += 1) expect(table.has(idOf(i))).toBe(model.has(idOf(i)));
      }),
      { numRuns: 300 },
    );
  });

  test("grows, and finds all of many", () => {
    const count = 30_000;
    const table = new CompletedTable();
    const [sample] = fc.sample(facts, 1) as [CompletedInvocation];
    for (let i = 0; i < count; i += 1) table.set(idOf(i), { ...sample, id: idOf(i), createdAtMs: i });
    for (let i = 0; i < count; i += 2) table.delete(idOf(i));
    expect(table.size).toBe(count / 2);
    const found = Array.from({ length: count }, (_, i) => table.get(idOf(i))?.createdAtMs);
    expect(found).toEqual(Array.from({ length: count }, (_, i) => (i % 2 === 0 ? undefined : i)));
  });

  test("uses again what was given back", () => {
    const slots = new CompletedSlots();
    const [sample] = fc.sample(facts, 1) as [CompletedInvocation];
    const taken = [slots.take(sample, 1), slots.take(sample, 2), slots.take(sample, 3)];
    for (const slot of taken) slots.free(slot);
    const again = [slots.take(sample, 4), slots.take(sample, 5), slots.take(sample, 6)];
    expect(again.sort()).toEqual(taken.sort());
    expect([slots.size, [...slots.used()].length]).toEqual([3, 3]);
  });

  test("knows nothing under texts that are no ids, and takes none", () => {
    const table = new CompletedTable();
    expect(table.has("")).toBe(false);
    expect(table.has(`inv_1${"\u{1f980}".repeat(16)}x`)).toBe(false);
    const [sample] = fc.sample(facts, 1) as [CompletedInvocation];
    expect(() => table.set("inv_2", { ...sample, id: "inv_2" })).toThrow('"inv_2" is no invocation id.');
    expect(table.size).toBe(0);
  });
});
