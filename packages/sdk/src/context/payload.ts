import { RestateError } from "../errors.ts";
import type { Decode } from "../journal/leaf.ts";
import type { Command, NotificationResult } from "../protocol/messages.ts";
import type { Serde } from "../serde/serde.ts";
import type { ContextCore } from "./core.ts";
import { show } from "./validation.ts";

/** The serde that was given, else the handler's default. */
export function serdeOr<T>(core: ContextCore, serde: Serde<T> | undefined): Serde<T> {
  return serde ?? (core.handler.serde as Serde<T>);
}

/**
 * The bytes of a value that goes into a command. A value that cannot be
 * serialized ends the attempt, retryably: new code may fix it. The journal is
 * closed then, so the command that is made of the empty bytes goes nowhere and
 * its promise never settles.
 */
export function serialize<T>(
  core: ContextCore,
  serde: Serde<T>,
  value: T,
  command: { readonly type: Command["type"]; readonly name: string },
): Uint8Array {
  try {
    return toBytes(serde, value);
  } catch (error) {
    core.journal.fail(error, command);
    return NO_BYTES;
  }
}

const NO_BYTES: Uint8Array = new Uint8Array();

/** Serializes, and makes sure that the serde kept its promise. */
export function toBytes<T>(serde: Serde<T>, value: T): Uint8Array {
  const bytes: unknown = serde.serialize(value);
  if (isBytes(bytes)) return bytes;
  throw new RestateError(`The serde's serialize returned ${show(bytes)} instead of a Uint8Array`, {
    hint: "A serde makes bytes synchronously; see the Serde interface.",
  });
}

/** By tag and not by instance, since a test runner may have a Uint8Array of its own. */
function isBytes(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array) return ArrayBuffer.isView(value);
  return Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Reads a result that must be a value. */
export function decodeValue<T>(serde: Serde<T>): Decode<T> {
  return (result) => {
    if (result.type === "success") return serde.deserialize(result.value);
    throw unexpected(result);
  };
}

/** Reads a result that is a value or nothing at all. */
export function decodeOptional<T>(serde: Serde<T>): Decode<T | undefined> {
  return (result) => {
    if (result.type === "void") return undefined;
    if (result.type === "success") return serde.deserialize(result.value);
    throw unexpected(result);
  };
}

/** Reads a result that only says that something is done. */
export function decodeVoid(): void {
  // Whatever it carries, it was asked for nothing.
}

function unexpected(result: NotificationResult): RestateError {
  return new RestateError(`The engine answered with ${result.type} where a value was due`, {
    errorCode: PROTOCOL_VIOLATION_CODE,
  });
}

/** Protocol section 4. */
const PROTOCOL_VIOLATION_CODE = 571;
