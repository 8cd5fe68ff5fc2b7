import { NO_BYTES, requireMillis } from "./codec-values.ts";
import type { StartMessage, StateEntry } from "./messages.ts";
import type { ProtocolVersion } from "./versions.ts";
import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/** The Start message. Protocol section 2.3. */

/** What version 7 added to Start is for information only, so older versions go without it. */
export function encodeStart(writer: WireWriter, message: StartMessage, version: ProtocolVersion): void {
  writer.bytes(1, message.id);
  writer.text(2, message.debugId);
  writer.uint32(3, message.knownEntries);
  for (const { key, value } of message.stateMap) {
    const start = writer.open(4);
    writer.bytes(1, key);
    writer.bytes(2, value);
    writer.close(start);
  }
  writer.bool(5, message.partialState);
  writer.text(6, message.key);
  writer.uint32(7, message.retryCountSinceLastStoredEntry);
  const { durationSinceLastStoredEntryMs } = message;
  writer.safeInteger(
    8,
    requireMillis(durationSinceLastStoredEntryMs, "Start's duration since the last stored entry"),
  );
  writer.uint64(9, message.randomSeed);
  if (version < 7) return;
  writer.textIfSet(10, message.scope);
  writer.textIfSet(11, message.limitKey);
  writer.textIfSet(12, message.idempotencyKey);
}

export function decodeStart(reader: WireReader): StartMessage {
  let id = NO_BYTES;
  let debugId = "";
  let knownEntries = 0;
  const stateMap: StateEntry[] = [];
  let partialState = false;
  let key = "";
  let retryCountSinceLastStoredEntry = 0;
  let durationSinceLastStoredEntryMs = 0;
  let randomSeed = 0n;
  let scope: string | undefined;
  let limitKey: string | undefined;
  let idempotencyKey: string | undefined;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        id = reader.bytes();
        break;
      case 2:
        debugId = reader.text("Start's invocation id");
        break;
      case 3:
        knownEntries = reader.uint32();
        break;
      case 4:
        stateMap.push(readStateEntry(reader));
        break;
      case 5:
        partialState = reader.bool();
        break;
      case 6:
        key = reader.text("Start's key");
        break;
      case 7:
        retryCountSinceLastStoredEntry = reader.uint32();
        break;
      case 8:
        durationSinceLastStoredEntryMs = reader.safeInteger();
        break;
      case 9:
        randomSeed = reader.uint64();
        break;
      case 10:
        scope = reader.text("Start's scope");
        break;
      case 11:
        limitKey = reader.text("Start's limit key");
        break;
      case 12:
        idempotencyKey = reader.text("Start's idempotency key");
        break;
      default:
        reader.skip();
    }
  }
  return {
    type: "Start",
    id,
    debugId,
    knownEntries,
    stateMap,
    partialState,
    key,
    retryCountSinceLastStoredEntry,
    durationSinceLastStoredEntryMs,
    randomSeed,
    scope,
    limitKey,
    idempotencyKey,
  };
}

function readStateEntry(reader: WireReader): StateEntry {
  let key = NO_BYTES;
  let value = NO_BYTES;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) key = reader.bytes();
    else if (reader.field === 2) value = reader.bytes();
    else reader.skip();
  }
  reader.leave(outer);
  return { key, value };
}
