import { EngineError, type ServicePatch } from "../engine-api.ts";
import type { Write } from "../store/store.ts";
import { IN_PROCESS_DEPLOYMENT_ID } from "./deployment-id.ts";
import { type DeploymentRecord, decodeRecord, encodeRecord, toDeploymentInfo } from "./deployment-record.ts";
import { ENGINE_DEFAULTS, type EngineDefaults } from "./engine-defaults.ts";
import type { DiscoveredManifest } from "./manifest.ts";
import type {
  DeploymentInfo,
  DeploymentPlace,
  HandlerInfo,
  ServiceDirectory,
  ServiceInfo,
} from "./service-info.ts";
import { toServiceInfo, toServiceKind } from "./to-service-info.ts";

/** A deployment whose manifest is known, to be taken in. */
export interface Registration {
  readonly place: DeploymentPlace;
  readonly manifest: DiscoveredManifest;
  readonly sdkVersion?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly nowMs: number;
  /** If it is new; of one that is known the id stays. Services of this process have their own. */
  readonly newId: string;
  /** Allows a service to become one of another kind. */
  readonly breaking?: boolean | undefined;
  /** Says what would be, and changes nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface Registered {
  readonly deployment: DeploymentInfo;
  /** Its services, as they are when it is registered. */
  readonly services: readonly ServiceInfo[];
  /** False if the address was known before. */
  readonly created: boolean;
  /** What to store; none for a dry run. */
  readonly writes: readonly Write[];
}

/** What is to be changed of a deployment that is known. */
export interface Update {
  readonly place: DeploymentPlace;
  /** As the endpoint tells it now. */
  readonly manifest: DiscoveredManifest;
  readonly sdkVersion: string | undefined;
  /** Takes the services as the manifest has them; else they stay as they are known. */
  readonly overwrite: boolean;
  /** Says what would be, and changes nothing. */
  readonly dryRun: boolean;
}

/** An operator's changes of a service, for as long as its revision is the latest. */
interface StoredPatch {
  readonly revision: number;
  readonly patch: ServicePatch;
}

const DEPLOYMENT_KEY = "d/";
const PATCH_KEY = "x/";

/**
 * Which deployments there are, and which services they bring.
 *
 * Owns: revisions, the effective options of each handler, an operator's changes.
 * Does not own: how a manifest is had, see `register-deployment.ts`; storing,
 * which is the caller's: every change returns its writes.
 *
 * 1. New invocations go to the deployment that has the service's highest revision.
 * 2. A deployment keeps its own revision of a service, for what runs on it.
 * 3. What is shown follows from the stored records and the engine's defaults alone.
 */
export class Registry implements ServiceDirectory {
  readonly #defaults: EngineDefaults;
  readonly #records = new Map<string, DeploymentRecord>();
  readonly #patches = new Map<string, StoredPatch>();
  readonly #deployments = new Map<string, DeploymentInfo>();
  /** By deployment, then by name; made when asked for. */
  readonly #services = new Map<string, Map<string, ServiceInfo>>();
  /** The deployment with the latest revision of each service; `undefined` when it has to be found again. */
  #latest: ReadonlyMap<string, DeploymentRecord> | undefined;

  constructor(options: { readonly defaults?: EngineDefaults } = {}) {
    this.#defaults = options.defaults ?? ENGINE_DEFAULTS;
  }

  /** Takes what was stored. False if the key is not one of the registry's. */
  load(key: string, value: Uint8Array): boolean {
    if (key.startsWith(DEPLOYMENT_KEY)) {
      this.#put(decodeRecord(key, value) as DeploymentRecord);
      return true;
    }
    if (!key.startsWith(PATCH_KEY)) return false;
    this.#patches.set(key.slice(PATCH_KEY.length), decodeRecord(key, value) as StoredPatch);
    this.#forgetDerived();
    return true;
  }

  service(name: string): ServiceInfo | undefined {
    const record = this.#latestOf().get(name);
    return record === undefined ? undefined : this.#servicesOf(record).get(name);
  }

  /** All services, by name. */
  services(): readonly ServiceInfo[] {
    const names = [...this.#latestOf().keys()].sort();
    return names.flatMap((name) => this.service(name) ?? []);
  }

  deployment(id: string): DeploymentInfo | undefined {
    const known = this.#deployments.get(id);
    if (known !== undefined) return known;
    const record = this.#records.get(id);
    if (record === undefined) return undefined;
    const info = toDeploymentInfo(record);
    this.#deployments.set(id, info);
    return info;
  }

  /** All deployments, the oldest first. */
  deployments(): readonly DeploymentInfo[] {
    const records = [...this.#records.values()].sort((a, b) => a.createdAtMs - b.createdAtMs);
    return records.flatMap(({ id }) => this.deployment(id) ?? []);
  }

  /** A service as this deployment has it, which may not be the latest revision. */
  serviceAt(deploymentId: string, name: string): ServiceInfo | undefined {
    const record = this.#records.get(deploymentId);
    return record === undefined ? undefined : this.#servicesOf(record).get(name);
  }

  /** A handler as this deployment has it: what holds for an invocation that stays on it. */
  handlerAt(deploymentId: string, service: string, handler: string): HandlerInfo | undefined {
    return this.serviceAt(deploymentId, service)?.handlers.get(handler);
  }

  /** The deployment at an address in the spelling of `toDeploymentUri`. */
  findByUri(uri: string): DeploymentInfo | undefined {
    for (const { id, place } of this.#records.values()) {
      if (place.type === "http" && place.uri === uri) return this.deployment(id);
    }
    return undefined;
  }

  /**
   * Takes a deployment in, or the new manifest of one that is known. All its
   * services get a new revision.
   *
   * @throws EngineError 409 META0006 if a service is of another kind than before.
   */
  register(registration: Registration): Registered {
    const { place, manifest, sdkVersion, metadata, nowMs } = registration;
    if (registration.breaking !== true) this.#refuseOtherKinds(manifest);
    const known =
      place.type === "inProcess" ? this.deployment(IN_PROCESS_DEPLOYMENT_ID) : this.findByUri(place.uri);
    const record: DeploymentRecord = {
      id: known?.id ?? (place.type === "inProcess" ? IN_PROCESS_DEPLOYMENT_ID : registration.newId),
      place,
      manifest,
      sdkVersion,
      createdAtMs: known?.createdAtMs ?? nowMs,
      metadata: metadata ?? known?.metadata,
      revisions: this.#nextRevisions(manifest),
    };
    const services = [...this.#buildServices(record).values()];
    const result = { deployment: toDeploymentInfo(record), services, created: known === undefined };
    if (registration.dryRun === true) return { ...result, writes: [] };
    this.#put(record);
    return { ...result, writes: [{ key: DEPLOYMENT_KEY + record.id, value: encodeRecord(record) }] };
  }

  /**
   * The services of this process, at each start: what is as it was at the last
   * start keeps its revision.
   */
  registerInProcess(registration: Omit<Registration, "place" | "newId" | "dryRun">): Registered {
    const record = this.#records.get(IN_PROCESS_DEPLOYMENT_ID);
    if (record !== undefined && toJson(record.manifest) === toJson(registration.manifest)) {
      const services = [...this.#servicesOf(record).values()];
      return { deployment: toDeploymentInfo(record), services, created: false, writes: [] };
    }
    const place: DeploymentPlace = { type: "inProcess" };
    return this.register({ ...registration, place, newId: IN_PROCESS_DEPLOYMENT_ID });
  }

  /**
   * Changes a deployment in place: what runs on it goes on there. Its services keep
   * their revisions; an operator's changes of those that are overwritten are undone.
   */
  update(id: string, { place, manifest, sdkVersion, overwrite, dryRun }: Update): Registered {
    const known = this.#records.get(id);
    if (known === undefined) throw unknownDeployment(id);
    const record: DeploymentRecord = {
      ...known,
      place,
      sdkVersion,
      manifest: overwrite ? manifest : { ...manifest, services: known.manifest.services },
      revisions: overwrite
        ? { ...this.#nextRevisions(manifest), ...pick(known.revisions, manifest) }
        : known.revisions,
    };
    const undone = overwrite
      ? Object.keys(record.revisions).filter((name) => this.#isPatched(record, name))
      : [];
    const services = [...this.#buildServices(record, { patched: !overwrite }).values()];
    const result = { deployment: toDeploymentInfo(record), services, created: false };
    if (dryRun) return { ...result, writes: [] };
    for (const name of undone) this.#patches.delete(name);
    this.#put(record);
    return {
      ...result,
      writes: [
        { key: DEPLOYMENT_KEY + id, value: encodeRecord(record) },
        ...undone.map((name) => ({ key: PATCH_KEY + name, value: undefined })),
      ],
    };
  }

  /** Forgets a deployment; its services go back to their next older revision, if there is one. */
  remove(id: string): readonly Write[] {
    if (!this.#records.delete(id)) throw unknownDeployment(id);
    this.#deployments.delete(id);
    this.#forgetDerived();
    const writes: Write[] = [{ key: DEPLOYMENT_KEY + id, value: undefined }];
    for (const name of [...this.#patches.keys()]) {
      if (this.#latestOf().has(name)) continue;
      this.#patches.delete(name);
      writes.push({ key: PATCH_KEY + name, value: undefined });
    }
    return writes;
  }

  /** Changes a service's latest revision; a new revision starts without the changes. */
  patch(
    name: string,
    patch: ServicePatch,
  ): { readonly service: ServiceInfo; readonly writes: readonly Write[] } {
    const current = this.service(name);
    if (current === undefined) {
      throw new EngineError(`There is no service ${JSON.stringify(name)}.`, { status: 404 });
    }
    const stored: StoredPatch = {
      revision: current.revision,
      patch: { ...this.#patchOf(name, current.revision), ...withoutUnset(patch) },
    };
    this.#patches.set(name, stored);
    this.#forgetDerived();
    const service = this.service(name) ?? current;
    return { service, writes: [{ key: PATCH_KEY + name, value: encodeRecord(stored) }] };
  }

  #put(record: DeploymentRecord): void {
    this.#records.set(record.id, record);
    this.#deployments.delete(record.id);
    this.#forgetDerived();
  }

  #forgetDerived(): void {
    this.#services.clear();
    this.#latest = undefined;
  }

  #latestOf(): ReadonlyMap<string, DeploymentRecord> {
    if (this.#latest !== undefined) return this.#latest;
    const latest = new Map<string, DeploymentRecord>();
    for (const record of this.#records.values()) {
      for (const [name, revision] of Object.entries(record.revisions)) {
        if (revision > (latest.get(name)?.revisions[name] ?? 0)) latest.set(name, record);
      }
    }
    this.#latest = latest;
    return latest;
  }

  #servicesOf(record: DeploymentRecord): ReadonlyMap<string, ServiceInfo> {
    let services = this.#services.get(record.id);
    if (services === undefined) {
      services = this.#buildServices(record);
      this.#services.set(record.id, services);
    }
    return services;
  }

  #buildServices(record: DeploymentRecord, { patched = true } = {}): Map<string, ServiceInfo> {
    const { bidirectional } = toDeploymentInfo(record);
    return new Map(
      record.manifest.services.map((service): [string, ServiceInfo] => {
        const revision = record.revisions[service.name] ?? 0;
        const patch = patched ? this.#patchOf(service.name, revision) : NO_PATCH;
        const defaults = this.#defaults;
        const context = { deploymentId: record.id, bidirectional, revision, defaults, patch };
        return [service.name, toServiceInfo(service, context)];
      }),
    );
  }

  #isPatched({ revisions }: DeploymentRecord, name: string): boolean {
    return this.#patches.get(name)?.revision === revisions[name];
  }

  #patchOf(name: string, revision: number): ServicePatch {
    const stored = this.#patches.get(name);
    return stored?.revision === revision ? stored.patch : NO_PATCH;
  }

  #nextRevisions(manifest: DiscoveredManifest): Record<string, number> {
    return Object.fromEntries(
      manifest.services.map(({ name }) => [name, (this.#latestOf().get(name)?.revisions[name] ?? 0) + 1]),
    );
  }

  #refuseOtherKinds(manifest: DiscoveredManifest): void {
    for (const { name, ty } of manifest.services) {
      const before = this.service(name)?.kind;
      const now = toServiceKind(ty);
      if (before === undefined || before === now) continue;
      throw new EngineError(
        `The service "${name}" is of kind ${before} and would become one of kind ${now}, which breaks those who call it. Give it another name, or register with "breaking" set.`,
        { status: 409, restateCode: "META0006" },
      );
    }
  }
}

const NO_PATCH: ServicePatch = {};

export function unknownDeployment(id: string): EngineError {
  return new EngineError(`There is no deployment ${JSON.stringify(id)}.`, { status: 404 });
}

/** The revisions of the services that the manifest has. */
function pick(
  revisions: DeploymentRecord["revisions"],
  { services }: DiscoveredManifest,
): Record<string, number> {
  return Object.fromEntries(
    services.flatMap(({ name }) => {
      const revision = revisions[name];
      return revision === undefined ? [] : [[name, revision] as const];
    }),
  );
}

function withoutUnset(patch: ServicePatch): ServicePatch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

/** As it would be after a round trip through the store, fields in order of their names. */
function toJson(manifest: DiscoveredManifest): string {
  return JSON.stringify(manifest, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
