import { sha256 } from "@noble/hashes/sha2.js";
import { encodeInvocationId } from "@perdure/sdk/internal";
import type { Target } from "./records.ts";

/**
 * Invocation ids, byte for byte as the server makes them. Protocol section 5.1.
 *
 * The id of an idempotent request or of a workflow's run is a function of what
 * identifies it, so the table of invocations is the table of idempotency keys too.
 */

/** XXH3, 64 bits, seed 0. */
export type Xxh3 = (bytes: Uint8Array) => bigint;

export interface IdParts {
  readonly target: Pick<Target, "service" | "handler" | "key" | "handlerKind">;
  readonly idempotencyKey: string | undefined;
  /** 16 random bytes, for an id that nothing determines. */
  readonly entropy: Uint8Array;
}

const BUCKETS = 512;
/** The hashes of more services than this are not kept. */
const SERVICES_KEPT_MAX = 1000;
const UUID_BYTES = 16;
const encoder = new TextEncoder();

export function toInvocationId(parts: IdParts, xxh3: Xxh3): string {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, toPartitionKey(parts, xxh3));
  bytes.set(toUuid(parts), 8);
  return encodeInvocationId(bytes);
}

function toPartitionKey({ target, idempotencyKey, entropy }: IdParts, xxh3: Xxh3): bigint {
  if (target.key !== undefined) return xxh3(terminated(target.key));
  const bucket =
    idempotencyKey === undefined
      ? (((entropy[0] ?? 0) << 8) | (entropy[1] ?? 0)) % BUCKETS
      : Number(xxh3(terminated(idempotencyKey)) % BigInt(BUCKETS));
  return toBucketKey(target.service, bucket, xxh3);
}

/** Of each service there are no more than its buckets; they are hashed once. */
const bucketKeys = new WeakMap<Xxh3, Map<string, (bigint | undefined)[]>>();

function toBucketKey(service: string, bucket: number, xxh3: Xxh3): bigint {
  let services = bucketKeys.get(xxh3);
  if (services === undefined || services.size > SERVICES_KEPT_MAX) {
    services = new Map();
    bucketKeys.set(xxh3, services);
  }
  let keys = services.get(service);
  if (keys === undefined) {
    keys = [];
    services.set(service, keys);
  }
  let key = keys[bucket];
  if (key === undefined) {
    const tail = new Uint8Array(8);
    new DataView(tail.buffer).setBigUint64(0, BigInt(bucket), true);
    key = xxh3(concat(terminated(service), terminated("unscoped/service"), tail));
    keys[bucket] = key;
  }
  return key;
}

function toUuid({ target, idempotencyKey, entropy }: IdParts): Uint8Array {
  const { service, handler, key } = target;
  if (target.handlerKind === "workflow") return digest(["wf", service, key ?? ""]);
  if (idempotencyKey === undefined) return entropy.subarray(0, UUID_BYTES);
  return digest(["ik", service, ...(key === undefined ? [] : [key]), handler, idempotencyKey]);
}

function digest(parts: readonly string[]): Uint8Array {
  return sha256(encoder.encode(parts.join(","))).subarray(0, UUID_BYTES);
}

function terminated(text: string): Uint8Array {
  return concat(encoder.encode(text), Uint8Array.of(0xff));
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
