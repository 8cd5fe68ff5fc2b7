import type { DiscoveredManifest } from "./manifest.ts";
import { isRecord } from "./manifest-fields.ts";
import type { DeploymentInfo, DeploymentPlace } from "./service-info.ts";

/** A deployment as it is stored: its manifest, from which all else follows. */
export interface DeploymentRecord {
  readonly id: string;
  readonly place: DeploymentPlace;
  readonly manifest: DiscoveredManifest;
  readonly sdkVersion: string | undefined;
  readonly createdAtMs: number;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  /** Of each of its services. */
  readonly revisions: Readonly<Record<string, number>>;
}

export function toDeploymentInfo(record: DeploymentRecord): DeploymentInfo {
  const { id, place, manifest, sdkVersion, createdAtMs, metadata, revisions } = record;
  return {
    id,
    place,
    bidirectional: manifest.protocolMode === "BIDI_STREAM",
    minProtocolVersion: manifest.minProtocolVersion,
    maxProtocolVersion: manifest.maxProtocolVersion,
    sdkVersion,
    createdAtMs,
    metadata,
    services: manifest.services.map(({ name }) => ({ name, revision: revisions[name] ?? 0 })),
  };
}

/** What stands in front of what is stored, so that a later version can tell what it reads. */
const FORMAT = 1;

export function encodeRecord(record: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ format: FORMAT, ...record }));
}

/** @throws Error if it was not written by this version or an earlier one. */
export function decodeRecord(key: string, value: Uint8Array): unknown {
  const record: unknown = JSON.parse(new TextDecoder().decode(value));
  if (isRecord(record) && record.format === FORMAT) return record;
  throw new Error(`The stored value of "${key}" has a format that this version of the engine does not know`);
}
