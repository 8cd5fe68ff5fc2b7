/**
 * `@perdure/testing`: tests of durable handlers, in any test runner, in milliseconds.
 */
export { createTestEngine } from "./create-test-engine.ts";
export type { InvocationFilter, TestInvocation } from "./engine/invocations.ts";
export type { TestEngineOptions } from "./engine/options.ts";
export { replacement } from "./engine/replacement.ts";
export type { RunningInvocation } from "./engine/running.ts";
export type { ReplacedRun, RunReplacement } from "./engine/runs.ts";
export type { RunUntilIdleOptions, TestClock } from "./engine/test-clock.ts";
export type { InvocationRef, TestEngine } from "./engine/test-engine.ts";
export { TestEngineError, type TestEngineProblem } from "./engine/test-engine-error.ts";
export type { KeyedDefinition, StateOf, TestState } from "./engine/test-state.ts";
export type { TestPlace } from "./engine/where.ts";
export { explore } from "./explore/explore.ts";
export { ExploreError, type ExploreProblem } from "./explore/explore-error.ts";
export type { ExploredInvocation, ExploredRun } from "./explore/explored-run.ts";
export type { ExploreOptions, ExploreSubject, FaultKind } from "./explore/options.ts";
export { EXPLORE_RUNS_MAX } from "./explore/options.ts";
export type { Coverage, Exploration } from "./explore/report.ts";
export { type FetchJournalOptions, fetchJournal } from "./journal/fetch-journal.ts";
export { JournalFormatError } from "./journal/format-error.ts";
export {
  JOURNAL_FILE_BYTES_MAX,
  loadJournal,
  type SaveJournalOptions,
  saveJournal,
} from "./journal/journal-files.ts";
export { parseJournal, stringifyJournal } from "./journal/parse-journal.ts";
export { REDACTED, type RecordedPayload } from "./journal/payload.ts";
export { type ReadJournalOptions, readJournal } from "./journal/read-journal.ts";
export type {
  RecordedCommand,
  RecordedEntry,
  RecordedJournal,
  RecordedNotification,
  RecordedResult,
  RecordedTarget,
} from "./journal/recorded-journal.ts";
export { JOURNAL_FORMAT } from "./journal/recorded-journal.ts";
export { type RedactableValue, type RedactionRule, redact } from "./journal/redact.ts";
export type { Misuse, MisuseKind, MisuseLevel, MisuseOptions } from "./misuse/misuse.ts";
export { MisuseError } from "./misuse/misuse-error.ts";
export { allow } from "./misuse/scope.ts";
export type { DifferingField } from "./replay/differing-fields.ts";
export { type Divergence, ReplayDivergedError } from "./replay/diverged-error.ts";
export type { Definitions } from "./replay/find-handler.ts";
export { type ReplayOptions, replay } from "./replay/replay.ts";
export { ReplayAllError, type ReplayedFile, type ReplayFailure, replayAll } from "./replay/replay-all.ts";
export { ReplayError, type ReplayErrorCode } from "./replay/replay-error.ts";
export type { Replayed } from "./replay/verdict.ts";
export { RestateServerError, type RestateServerErrorCode } from "./server/server-error.ts";
