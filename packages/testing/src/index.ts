/**
 * `@perdure/testing`: tests of durable handlers, in any test runner, in milliseconds.
 */
export type { TestEngine, TestEngineOptions } from "./engine/create-test-engine.ts";
export { createTestEngine } from "./engine/create-test-engine.ts";
