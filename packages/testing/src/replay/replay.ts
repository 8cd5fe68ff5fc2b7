import type { EndpointOptions } from "@perdure/sdk";
import { decodeInvocationId, PROTOCOL_VERSION_MAX, type StartMessage } from "@perdure/sdk/internal";
import { decodeJournal } from "../journal/parse-journal.ts";
import { REDACTED } from "../journal/payload.ts";
import { toServerSeed } from "../journal/random-seed.ts";
import type { RecordedJournal } from "../journal/recorded-journal.ts";
import { decodePayloads } from "./decode-payloads.ts";
import { type Definitions, findHandler } from "./find-handler.ts";
import { attemptRecorded } from "./recorded-attempt.ts";
import { createTolerance } from "./tolerance.ts";
import { judge, type Replayed } from "./verdict.ts";

/** What a replay can be told. Give it what the endpoint is given that serves the code. */
export interface ReplayOptions
  extends Pick<EndpointOptions, "defaultServiceOptions" | "journalValueCodecProvider" | "logger"> {
  /** What `ctx.rand` starts from, for a journal that does not say. */
  readonly randomSeed?: bigint;
  /**
   * How long the code may wait, in milliseconds of real time, for something other
   * than `ctx` while recorded steps are left; 500 when absent.
   */
  readonly graceMs?: number;
  /** After how many milliseconds of real time a replay is given up; 5,000 when absent. */
  readonly timeoutMs?: number;
}

const GRACE_MS = 500;
const TIMEOUT_MS = 5_000;

/**
 * Runs the code of today against a recorded journal, with nobody behind it:
 * nothing leaves the process, and no closure of a `ctx.run` runs. The code is given
 * the recorded results in the recorded order, and has to take the recorded steps.
 *
 * @throws ReplayDivergedError if it does not: where it parts, and what differs.
 * @throws ReplayError if the code has no such handler, or the replay gets stuck.
 * @throws JournalFormatError if the journal is damaged.
 *
 * @example
 * await replay(checkout, await loadJournal("journals/checkout.json"));
 */
export async function replay(
  definitions: Definitions,
  journal: RecordedJournal,
  options: ReplayOptions = {},
): Promise<Replayed> {
  const read = decodeJournal(journal, undefined);
  const handler = findHandler(definitions, journal.target, options);
  const messages = await decodePayloads(read.messages, options.journalValueCodecProvider);
  const { randomSeed } = options;
  const seed = randomSeed ?? (journal.randomSeed === undefined ? undefined : BigInt(journal.randomSeed));
  const isRedacted = hasRedactions(journal);
  const tolerates =
    isRedacted || seed === undefined ? createTolerance({ anyUuid: seed === undefined }) : undefined;
  const outcome = await attemptRecorded({
    handler,
    version: journal.protocolVersion ?? PROTOCOL_VERSION_MAX,
    start: toStart(journal, { entries: messages.length, seed }),
    messages,
    tolerates,
    graceMs: options.graceMs ?? GRACE_MS,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    logger: options.logger,
  });
  return judge({ journal, messages, outcome, tolerates, notes: notesOn({ isRedacted, seed }) });
}

function hasRedactions(journal: RecordedJournal): boolean {
  const text = JSON.stringify(journal);
  return text.includes(REDACTED) || text.includes('{"redacted":true}');
}

function toStart(
  journal: RecordedJournal,
  facts: { readonly entries: number; readonly seed: bigint | undefined },
): StartMessage {
  const { invocationId, target, idempotencyKey, scope, limitKey } = journal;
  const isV7 = (journal.protocolVersion ?? PROTOCOL_VERSION_MAX) >= 7;
  return {
    type: "Start",
    id: decodeInvocationId(invocationId),
    debugId: invocationId,
    knownEntries: facts.entries,
    // What a read of state gave stands in the journal.
    stateMap: [],
    partialState: true,
    key: target.key ?? "",
    retryCountSinceLastStoredEntry: 0,
    durationSinceLastStoredEntryMs: 0,
    randomSeed: facts.seed ?? toServerSeed(invocationId),
    ...(isV7 ? { idempotencyKey, scope, limitKey } : {}),
  };
}

function notesOn({ isRedacted, seed }: { isRedacted: boolean; seed: bigint | undefined }): string[] {
  const notes: string[] = [];
  if (isRedacted) {
    notes.push(
      "Parts of this journal are redacted: what the code decides on them may differ. `replaceBy` of the " +
        "redaction can put a value of the same type there.",
    );
  }
  if (seed === undefined) {
    notes.push(
      "The journal does not hold what ctx.rand started from; pass it as `randomSeed` if it matters.",
    );
  }
  return notes;
}
