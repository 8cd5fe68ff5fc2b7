import { describe, expect, test } from "vitest";
import type { DeploymentPlace } from "../registry/service-info.ts";
import { createDeploymentInvoker } from "./deployment-invoker.ts";
import type { Invoker } from "./invoker.ts";
import { ScriptedEngine, settle, toAttemptRequest } from "./testing/scripted-engine.ts";

const NONE = { feed: () => {}, endInput: () => {}, finish: () => {}, abort: () => {} };

function recorder(name: string, log: string[]): Invoker {
  return {
    start: () => {
      log.push(name);
      return NONE;
    },
    close: async () => void log.push(`close ${name}`),
    running: 2,
  };
}

const http = (useHttp11: boolean): DeploymentPlace => ({
  type: "http",
  uri: "http://h/",
  useHttp11,
  additionalHeaders: {},
});

describe("createDeploymentInvoker", () => {
  test("makes each attempt where its deployment is", async () => {
    const log: string[] = [];
    const invoker = createDeploymentInvoker({
      inProcess: recorder("inProcess", log),
      http1: recorder("http1", log),
      http2: recorder("http2", log),
    });
    for (const place of [http(true), http(false), { type: "inProcess" } as const]) {
      new ScriptedEngine(invoker, toAttemptRequest({ deployment: { place } }));
    }
    expect([log, invoker.running]).toEqual([["http1", "http2", "inProcess"], 6]);
    await invoker.close();
    expect(log.slice(3).sort()).toEqual(["close http1", "close http2", "close inProcess"]);
  });

  test("what ran in a process with services of its own fails in one without", async () => {
    const invoker = createDeploymentInvoker({ http1: recorder("", []), http2: recorder("", []) });
    const engine = new ScriptedEngine(invoker, toAttemptRequest({}));
    expect(await engine.untilFailed()).toMatchObject({
      failure: { restateCode: "RT0011" },
      options: { countsForHandler: false },
    });
    const aborted = new ScriptedEngine(invoker, toAttemptRequest({}));
    aborted.tell((attempt) => attempt.abort("killed"));
    await settle();
    expect(aborted.failure).toBeUndefined();
  });
});
