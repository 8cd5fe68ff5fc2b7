import fc from "fast-check";

/**
 * Random concurrent programs, as data: what a handler's author could write with
 * plain async/await. `interpret.ts` runs one against `ctx`.
 */
export type Program =
  /** One durable wait. */
  | { readonly op: "step"; readonly kind: StepKind; readonly ms: number }
  /** One after another. */
  | { readonly op: "sequence"; readonly parts: readonly Program[] }
  /** Branches under a combinator, native or ours. */
  | {
      readonly op: "combine";
      readonly by: CombinatorName;
      readonly native: boolean;
      readonly parts: readonly Program[];
    }
  /** A message whose content is the order of events so far. */
  | { readonly op: "report" }
  /** A branch that is started here and awaited only after `meanwhile`. */
  | { readonly op: "late"; readonly branch: Program; readonly meanwhile: Program }
  /** A number of extra microtasks, as libraries put between an await and its use. */
  | { readonly op: "hops"; readonly count: number };

export type StepKind = "sleep" | "call" | "failingCall" | "run" | "failingRun" | "timeout";

export type CombinatorName = "all" | "race" | "any" | "allSettled";

const step: fc.Arbitrary<Program> = fc.record({
  op: fc.constant("step" as const),
  kind: fc.constantFrom<StepKind>("sleep", "call", "failingCall", "run", "failingRun", "timeout"),
  ms: fc.integer({ min: 0, max: 12 }),
});

const leaf: fc.Arbitrary<Program> = fc.oneof(
  { weight: 6, arbitrary: step },
  { weight: 3, arbitrary: fc.constant<Program>({ op: "report" }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant("hops" as const), count: fc.integer({ min: 1, max: 12 }) }),
  },
);

const { program: tree } = fc.letrec<{ program: Program }>((tie) => {
  const parts = (minLength: number): fc.Arbitrary<Program[]> =>
    fc.array(tie("program"), { minLength, maxLength: 4 });
  return {
    program: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.record({ op: fc.constant("sequence" as const), parts: parts(2) }),
      fc.record({
        op: fc.constant("combine" as const),
        by: fc.constantFrom<CombinatorName>("all", "race", "any", "allSettled"),
        native: fc.boolean(),
        parts: parts(1),
      }),
      fc.record({ op: fc.constant("late" as const), branch: tie("program"), meanwhile: tie("program") }),
    ),
  };
});

/** Programs with two concurrent branches at the top, so that few are trivial. */
export const programs: fc.Arbitrary<Program> = fc.record({
  op: fc.constant("combine" as const),
  by: fc.constantFrom<CombinatorName>("all", "allSettled"),
  native: fc.constant(true),
  parts: fc.array(tree, { minLength: 2, maxLength: 4 }),
});
