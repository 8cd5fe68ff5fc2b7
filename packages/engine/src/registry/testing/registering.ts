import { expect } from "vitest";
import type { DiscoveredManifest } from "../manifest.ts";
import { type Registered, type Registration, Registry } from "../registry.ts";
import type { DeploymentPlace } from "../service-info.ts";

export const placeAt = (uri: string): DeploymentPlace => ({
  type: "http",
  uri,
  useHttp11: false,
  additionalHeaders: {},
});

let ids = 0;

export function register(
  registry: Registry,
  manifest: DiscoveredManifest,
  options: Partial<Registration> = {},
): Registered {
  ids += 1;
  return registry.register({
    place: placeAt(`http://h${ids}/`),
    manifest,
    nowMs: ids,
    newId: `dp_${ids}`,
    ...options,
  });
}

/** What another engine knows that starts on the same store. */
export function restarted(writes: readonly Registered["writes"][number][]): Registry {
  const latest = new Map(writes.map(({ key, value }) => [key, value]));
  const registry = new Registry();
  for (const [key, value] of latest) {
    if (value !== undefined) expect(registry.load(key, value)).toBe(true);
  }
  return registry;
}
