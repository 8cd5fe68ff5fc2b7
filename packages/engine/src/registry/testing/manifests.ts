import type { DiscoveredManifest } from "../manifest.ts";

type Service = DiscoveredManifest["services"][number];

/** A manifest of these services, nothing more said than must be. */
export function manifestOf(...services: readonly Service[]): DiscoveredManifest {
  return { protocolMode: "BIDI_STREAM", minProtocolVersion: 5, maxProtocolVersion: 7, services };
}

export const GREETER: Service = { name: "greeter", ty: "SERVICE", handlers: [{ name: "greet" }] };

export const COUNTER: Service = {
  name: "counter",
  ty: "VIRTUAL_OBJECT",
  handlers: [{ name: "add" }, { name: "get", ty: "SHARED" }],
};

export const SIGNUP: Service = {
  name: "signup",
  ty: "WORKFLOW",
  handlers: [
    { name: "run", ty: "WORKFLOW" },
    { name: "approve", ty: "SHARED" },
  ],
};
