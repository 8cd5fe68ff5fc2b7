import type { ServerHttp2Stream } from "node:http2";
import { createVirtualClock, type VirtualClock } from "../../clock/virtual-clock.ts";
import type { DeploymentInfo } from "../../registry/service-info.ts";
import { createHttpInvoker } from "../http-invoker.ts";
import { createHttp2Transport } from "../http2-transport.ts";
import type { Invoker } from "../invoker.ts";
import { type RawEndpoint, serveRaw } from "./raw-endpoint.ts";
import { type AttemptSetup, ScriptedEngine, toAttemptRequest } from "./scripted-engine.ts";

/** An endpoint that does what the test says, an invoker with a clock that stands still, and attempts. */

export const cleanups: (() => Promise<void>)[] = [];

/** For `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export interface Setting {
  readonly clock: VirtualClock;
  readonly invoker: Invoker;
  readonly endpoint: RawEndpoint;
  run(setup?: AttemptSetup): ScriptedEngine;
}

export async function meet(answer: (stream: ServerHttp2Stream) => void): Promise<Setting> {
  const endpoint = await serveRaw(answer);
  cleanups.push(() => endpoint.close());
  const clock = createVirtualClock(Date.UTC(2024, 0, 1));
  const invoker = createHttpInvoker({
    clock,
    transport: createHttp2Transport({ clock }),
    clusterName: "test",
    messageBytesMax: 1000,
  });
  cleanups.push(async () => {
    const closed = invoker.close();
    clock.advance(20_000);
    await closed;
  });
  return {
    clock,
    invoker,
    endpoint,
    run: (setup = {}) =>
      new ScriptedEngine(invoker, toAttemptRequest({ ...setup, deployment: at(endpoint.uri, setup) })),
  };
}

export function at(uri: string, setup: AttemptSetup): Partial<DeploymentInfo> {
  const place = { type: "http", uri, useHttp11: false, additionalHeaders: {} } as const;
  return { ...setup.deployment, place };
}

/** Long enough for what is under way on this machine's own network. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
