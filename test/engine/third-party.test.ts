import { createEngine } from "@perdure/engine";
import * as perdure from "@perdure/sdk";
import { describe, expect } from "vitest";
import { officialClientCases } from "../conformance/fixtures-official/client-cases.ts";
import { services } from "../conformance/fixtures-official/services.ts";
import { startChild } from "../support/child.ts";
import { crossSdkCases } from "../third-party/cross-sdk-cases.ts";
import { createPeer } from "../third-party/peer.ts";
import { engineAdmin } from "./fixtures/engine-stage.ts";

/** What of others meets our engine: the same cases as with the real server. */

describe("the official client drives our services through the engine's ingress:", () => {
  officialClientCases(async () => {
    const engine = await createEngine({ services: [...services], ephemeral: true, logger: () => {} });
    const { url } = await engine.listen({ port: 0 });
    return { ingressUrl: url, admin: engineAdmin(engine), stop: () => engine.close() };
  });
});

describe.each([
  { name: "while handlers stay", defaults: {} },
  { name: "while handlers are suspended at every await", defaults: { inactivityTimeoutMs: 0 } },
])("across SDKs in the engine, $name", ({ defaults }) => {
  crossSdkCases(async () => {
    const official = await startChild(new URL("../third-party/official-peer.ts", import.meta.url), {
      node: "24",
    });
    const engine = await createEngine({
      services: [...createPeer(perdure, "Perdure", "Official")],
      ephemeral: true,
      logger: () => {},
      defaults,
    });
    const { url } = await engine.listen({ port: 0 });
    const { services: registered } = await engine.api.register({ uri: official.url });
    expect(registered.map(({ name }) => name).sort()).toEqual([
      "OfficialCallee",
      "OfficialCaller",
      "OfficialFlow",
      "OfficialKeyed",
    ]);
    const stop = async (): Promise<void> => {
      await engine.close();
      await official.stop();
    };
    return { ingressUrl: url, admin: engineAdmin(engine), stop };
  });
});
