import type { Bytes, Failure, Header, InvocationTarget, Outcome, SignalResult } from "./messages.ts";
import { ProtocolError, UNSUPPORTED_FEATURE_CODE } from "./protocol-error.ts";
import type { ProtocolVersion } from "./versions.ts";
import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/**
 * The values that several messages carry: results, failures, headers, targets, times.
 *
 * 1. `before` is what the same field held so far. A nested message that comes twice is
 *    merged: what the second one lacks stays, as the format has it.
 */

export const NO_BYTES: Bytes = new Uint8Array(0);

export const NO_HEADERS: readonly Header[] = Object.freeze([]);

/** @throws ProtocolError with code 573 if the version is too old for `what`. */
export function requireVersion(version: ProtocolVersion, needed: ProtocolVersion, what: string): void {
  if (version >= needed) return;
  throw new ProtocolError(`${what} needs protocol version ${needed}, this invocation runs with ${version}`, {
    errorCode: UNSUPPORTED_FEATURE_CODE,
    hint: "Do without it, or upgrade the server and register the deployment again.",
  });
}

export function missing(what: string): ProtocolError {
  return new ProtocolError(`${what} is missing`);
}

// ---------------------------------------------------------------- values and failures

/** A `Value`: bytes in a message of their own. */
export function writeValue(writer: WireWriter, field: number, content: Bytes): void {
  writer.wrappedBytes(field, content);
}

export function readValue(reader: WireReader, before: Bytes | undefined): Bytes {
  let content = before ?? NO_BYTES;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) content = reader.bytes();
    else reader.skip();
  }
  reader.leave(outer);
  return content;
}

export function writeVoid(writer: WireWriter, field: number): void {
  writer.close(writer.open(field));
}

export function readVoid(reader: WireReader): void {
  const outer = reader.enter();
  while (reader.next()) reader.skip();
  reader.leave(outer);
}

export function writeFailure(
  writer: WireWriter,
  field: number,
  { failure, version }: { readonly failure: Failure; readonly version: ProtocolVersion },
): void {
  const start = writer.open(field);
  writer.uint32(1, failure.code);
  writer.text(2, failure.message);
  if (failure.metadata !== undefined) writeMetadata(writer, failure.metadata, version);
  writer.close(start);
}

function writeMetadata(
  writer: WireWriter,
  metadata: Readonly<Record<string, string>>,
  version: ProtocolVersion,
): void {
  for (const [key, value] of Object.entries(metadata)) {
    requireVersion(version, 6, "Metadata of a failure");
    const start = writer.open(3);
    writer.text(1, key);
    writer.text(2, value);
    writer.close(start);
  }
}

export function readFailure(reader: WireReader, before: Failure | undefined): Failure {
  let code = before?.code ?? 0;
  let message = before?.message ?? "";
  let metadata = before?.metadata;
  const outer = reader.enter();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        code = reader.uint32();
        break;
      case 2:
        message = reader.text("A failure's message");
        break;
      case 3:
        metadata = readMetadata(reader, metadata ?? {});
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return metadata === undefined ? { code, message } : { code, message, metadata };
}

/** Adds an entry to what was read so far, which nobody else has seen yet. */
function readMetadata(
  reader: WireReader,
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  let key = "";
  let value = "";
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) key = reader.text("A key of a failure's metadata");
    else if (reader.field === 2) value = reader.text("A value of a failure's metadata");
    else reader.skip();
  }
  reader.leave(outer);
  // Not assigned: a key may be "__proto__".
  return Object.defineProperty(metadata, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

// ---------------------------------------------------------------- results

/** The numbers that a message gives to the parts of its result. */
export interface ResultFields {
  readonly value: number;
  readonly failure: number;
}

export function writeOutcome(
  writer: WireWriter,
  fields: ResultFields,
  { outcome, version }: { readonly outcome: Outcome; readonly version: ProtocolVersion },
): void {
  if (outcome.type === "success") writeValue(writer, fields.value, outcome.value);
  else writeFailure(writer, fields.failure, { failure: outcome.failure, version });
}

/** Reads the value of a result. Another case before it is forgotten: only the last one counts. */
export function readSuccess(
  reader: WireReader,
  before: { readonly type: string; readonly value?: Bytes } | undefined,
): { readonly type: "success"; readonly value: Bytes } {
  return { type: "success", value: readValue(reader, before?.type === "success" ? before.value : undefined) };
}

export function readFailed(
  reader: WireReader,
  before: { readonly type: string; readonly failure?: Failure } | undefined,
): { readonly type: "failure"; readonly failure: Failure } {
  const failure = readFailure(reader, before?.type === "failure" ? before.failure : undefined);
  return { type: "failure", failure };
}

export function requireOutcome<T extends Outcome | SignalResult>(outcome: T | undefined, message: string): T {
  if (outcome === undefined) throw missing(`The result of ${message}`);
  return outcome;
}

// ---------------------------------------------------------------- headers and keys

export function writeHeaders(writer: WireWriter, field: number, headers: readonly Header[]): void {
  for (const { key, value } of headers) {
    const start = writer.open(field);
    writer.text(1, key);
    writer.text(2, value);
    writer.close(start);
  }
}

export function readHeader(reader: WireReader): Header {
  let key = "";
  let value = "";
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) key = reader.text("A header's key");
    else if (reader.field === 2) value = reader.text("A header's value");
    else reader.skip();
  }
  reader.leave(outer);
  return { key, value };
}

/** Empty texts in lists are elements, so they are written. */
export function writeStateKeys(writer: WireWriter, field: number, keys: readonly string[]): void {
  const start = writer.open(field);
  for (const key of keys) writer.textAlways(1, key);
  writer.close(start);
}

/** Adds keys to those that were read so far. */
export function readStateKeys(reader: WireReader, keys: string[]): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) keys.push(reader.stateKey());
    else reader.skip();
  }
  reader.leave(outer);
}

// ---------------------------------------------------------------- targets

export function writeTarget(writer: WireWriter, target: InvocationTarget, version: ProtocolVersion): void {
  if (target.type === "invocation") {
    writer.textAlways(1, target.invocationId);
    return;
  }
  if (target.scope !== undefined) requireVersion(version, 7, "A scope");
  const start = writer.open(target.type === "idempotent" ? 3 : 4);
  if (target.type === "idempotent") {
    writer.text(1, target.service);
    writer.textIfSet(2, target.key);
    writer.text(3, target.handler);
    writer.text(4, target.idempotencyKey);
    writer.textIfSet(5, target.scope);
  } else {
    writer.text(1, target.workflow);
    writer.text(2, target.key);
    writer.textIfSet(3, target.scope);
  }
  writer.close(start);
}

export function readIdempotentTarget(
  reader: WireReader,
  before: InvocationTarget | undefined,
): InvocationTarget {
  const merged = before?.type === "idempotent" ? before : undefined;
  let service = merged?.service ?? "";
  let key = merged?.key;
  let handler = merged?.handler ?? "";
  let idempotencyKey = merged?.idempotencyKey ?? "";
  let scope = merged?.scope;
  const outer = reader.enter();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        service = reader.text("A target's service");
        break;
      case 2:
        key = reader.text("A target's key");
        break;
      case 3:
        handler = reader.text("A target's handler");
        break;
      case 4:
        idempotencyKey = reader.text("A target's idempotency key");
        break;
      case 5:
        scope = reader.text("A target's scope");
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return { type: "idempotent", service, key, handler, idempotencyKey, scope };
}

export function readWorkflowTarget(
  reader: WireReader,
  before: InvocationTarget | undefined,
): InvocationTarget {
  const merged = before?.type === "workflow" ? before : undefined;
  let workflow = merged?.workflow ?? "";
  let key = merged?.key ?? "";
  let scope = merged?.scope;
  const outer = reader.enter();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        workflow = reader.text("A target's workflow");
        break;
      case 2:
        key = reader.text("A target's key");
        break;
      case 3:
        scope = reader.text("A target's scope");
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return { type: "workflow", workflow, key, scope };
}

// ---------------------------------------------------------------- times

/** @throws ProtocolError if `ms` is not a whole number of milliseconds from 0 on. */
export function requireMillis(ms: number, what: string): number {
  if (Number.isSafeInteger(ms) && ms >= 0) return ms;
  throw new ProtocolError(`${what} has to be a whole number of milliseconds from 0 on, got ${ms}`, {
    errorCode: 500,
  });
}
