/**
 * `@perdure/engine/internal`: the parts of the engine, for the testing kit to put
 * together in its own way. Not for applications; it may change in any release.
 */
export type { Clock } from "./clock/clock.ts";
export { realClock } from "./clock/real-clock.ts";
export { TimerHeap } from "./clock/timer-heap.ts";
export type { EngineParts } from "./engine.ts";
export { Engine } from "./engine.ts";
export * from "./engine-api.ts";
export { createFetch, IN_PROCESS_URL } from "./in-process-fetch.ts";
export { createInProcessInvoker, type InProcessInvokerOptions } from "./invoker/in-process-invoker.ts";
export type {
  AttemptEvents,
  AttemptRequest,
  FailureOptions,
  Invoker,
  RunningAttempt,
} from "./invoker/invoker.ts";
export { ENGINE_DEFAULTS, type EngineDefaults } from "./registry/engine-defaults.ts";
export { Registry } from "./registry/registry.ts";
export type * from "./registry/service-info.ts";
export { decodeArchive } from "./state-machine/archive-codec.ts";
export { toStatePlace } from "./state-machine/keys.ts";
export type {
  Archive,
  AttemptFailure,
  CompletedInvocation,
  InvokedBy,
  JournalEntry,
  LiveInvocation,
  LiveStatus,
  Target,
} from "./state-machine/records.ts";
export { describeTarget } from "./state-machine/records.ts";
export { readStoredInvocation } from "./state-machine/stored-invocation.ts";
export { type LogReader, readLogStore } from "./store/log-store-reader.ts";
export { createMemoryStore, type MemoryStore, type MemoryStoreOptions } from "./store/memory-store.ts";
export type { Store, Write } from "./store/store.ts";
export { loadXxh3 } from "./xxh3.ts";
