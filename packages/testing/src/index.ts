/**
 * `@perdure/testing`: tests of durable handlers, in any test runner, in milliseconds.
 */
export type { InvocationRef, TestEngine } from "./engine/create-test-engine.ts";
export { createTestEngine } from "./engine/create-test-engine.ts";
export type { InvocationFilter, TestInvocation } from "./engine/invocations.ts";
export type { TestEngineOptions } from "./engine/options.ts";
export { replacement } from "./engine/replacement.ts";
export type { RunningInvocation } from "./engine/running.ts";
export type { ReplacedRun, RunReplacement } from "./engine/runs.ts";
export type { RunUntilIdleOptions, TestClock } from "./engine/test-clock.ts";
export { TestEngineError, type TestEngineProblem } from "./engine/test-engine-error.ts";
export type { KeyedDefinition, StateOf, TestState } from "./engine/test-state.ts";
