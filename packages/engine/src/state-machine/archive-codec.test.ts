import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeArchive,
  decodeCompleted,
  encodeArchive,
  encodeArchivedJournal,
  isJournalApart,
} from "./archive-codec.ts";
import { encodeJson } from "./codec.ts";
import type { Archive } from "./records.ts";

const text = fc.string({ unit: "binary" });
const optionalText = fc.option(text, { nil: undefined });
const time = fc.integer({ min: 0, max: 2 ** 43 });

const archive: fc.Arbitrary<Archive> = fc.record({
  facts: fc.record({
    id: text,
    target: fc.record({
      service: text,
      handler: text,
      key: optionalText,
      serviceKind: fc.constantFrom("object" as const, "workflow" as const),
      handlerKind: fc.constantFrom("exclusive" as const, "workflow" as const),
    }),
    status: fc.constant("completed" as const),
    invokedBy: fc.oneof(
      fc.constant({ type: "ingress" } as const),
      fc.record({ type: fc.constant("service" as const), id: text, target: text }),
      fc.record({ type: fc.constant("restart" as const), from: text }),
    ),
    idempotencyKey: optionalText,
    createdAtMs: time,
    completedAtMs: time,
    succeeded: fc.boolean(),
    expiresAtMs: time,
    journalExpiresAtMs: time,
  }),
  result: fc.oneof(
    fc.record({ type: fc.constant("success" as const), value: fc.uint8Array({ maxLength: 2000 }) }),
    fc.record({
      type: fc.constant("failure" as const),
      failure: fc.record({ code: fc.nat(), message: text, metadata: fc.constant({ why: "a reason" }) }),
    }),
  ),
  stacktrace: optionalText,
  deploymentId: optionalText,
  protocolVersion: fc.option(fc.nat({ max: 300 }), { nil: undefined }),
  journal: fc.array(
    fc.record({
      message: fc.record({
        type: fc.constant("Sleep" as const),
        name: fc.constant("nap"),
        completionId: fc.nat(),
        wakeUpTimeMs: time,
      }),
      appendedAtMs: time,
    }),
    { maxLength: 5 },
  ),
});

describe("an archive as bytes", () => {
  test("comes back as it was, its facts also alone, its journal also from apart", () => {
    fc.assert(
      fc.property(archive, (given) => {
        const bytes = encodeArchive(given);
        const apart = encodeArchivedJournal(given.journal);
        expect(decodeArchive(bytes, apart)).toEqual(given);
        expect(decodeCompleted(bytes)).toEqual(given.facts);
        const alone = decodeArchive(bytes);
        expect(alone.journal).toEqual(isJournalApart(given.facts) ? [] : given.journal);
      }),
    );
  });

  test("in a form that is not known is refused, with what to do", () => {
    for (const bytes of [Uint8Array.of(2, 0, 0), encodeJson({ facts: {} })]) {
      expect(() => decodeCompleted(bytes)).toThrow(
        `An ended invocation is stored in form ${bytes[0]}; this version of @perdure/engine reads form 1.`,
      );
      expect(() => decodeArchive(bytes)).toThrow("Use the version that wrote the folder");
    }
  });

  test("that was cut is refused", () => {
    const [given] = fc.sample(archive, 1) as [Archive];
    const bytes = encodeArchive(given);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => decodeArchive(bytes.subarray(0, length))).toThrow();
    }
  });
});
