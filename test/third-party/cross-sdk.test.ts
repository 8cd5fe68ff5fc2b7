import * as perdure from "@perdure/sdk";
import { describe } from "vitest";
import { startRunning } from "../conformance/fixtures-documents/running.ts";
import { startChild } from "../support/child.ts";
import { type CrossStage, crossSdkCases } from "./cross-sdk-cases.ts";
import { createPeer } from "./peer.ts";

describe.each([
  { name: "while handlers stay", server: {} },
  { name: "while handlers are suspended at every await", server: { inactivityTimeout: 0 } },
])("across SDKs, $name", ({ server }) => {
  crossSdkCases(async (): Promise<CrossStage> => {
    const [running, official] = await Promise.all([
      startRunning(createPeer(perdure, "Perdure", "Official"), { server }),
      startChild(new URL("./official-peer.ts", import.meta.url), { node: "24" }),
    ]);
    await running.admin.registerDeployment(official.url);
    const stop = async (): Promise<void> => {
      await Promise.all([running.stop(), official.stop()]);
    };
    return { ingressUrl: running.ingressUrl, admin: running.admin, stop };
  });
});
