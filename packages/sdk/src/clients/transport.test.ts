import { describe, expect, it } from "vitest";
import { connectWithClock } from "./connect.ts";
import type { Ingress } from "./ingress.ts";
import { type IngressCallOptions, rpc } from "./options.ts";
import type { RetryPolicy } from "./retry.ts";
import {
  type RecordingFetch,
  type Reply,
  recordingFetch,
  type TestClock,
  testClock,
} from "./testing/recording-fetch.ts";
import { systemClock } from "./transport.ts";

const UNREACHABLE = new TypeError("fetch failed");
const BUSY = { status: 503, body: { message: "busy", source: "ingress" } };
const DONE = { body: "done" };
const SENT = { status: 202, body: { invocationId: "inv_1", status: "Accepted" } };
const WORKFLOW = { name: "Approval" };

interface Rig extends RecordingFetch {
  readonly ingress: Ingress;
  readonly clock: TestClock;
}

function rig(retry: RetryPolicy | boolean | undefined, ...replies: Reply[]): Rig {
  const recording = recordingFetch(...replies);
  const clock = testClock();
  return {
    ...recording,
    clock,
    ingress: connectWithClock({ url: "http://ingress", retry, fetch: recording.fetch }, clock),
  };
}

function call(
  ingress: Ingress,
  opts: IngressCallOptions<unknown, unknown> = { idempotencyKey: "k" },
): Promise<unknown> {
  return ingress.call({ service: "Greeter", handler: "greet", parameter: "x", opts: rpc.opts(opts) });
}

describe("retries", () => {
  it("repeats until there is an answer, and numbers the attempts", async () => {
    const { ingress, clock, requests } = rig(true, UNREACHABLE, BUSY, DONE);
    expect(await call(ingress)).toBe("done");
    expect(clock.slept).toEqual([250, 500]);
    expect(requests.map((request) => request.headers["x-restateclient-retry-attempt"])).toEqual([
      "1",
      "2",
      "3",
    ]);
    expect(requests.map((request) => request.body)).toEqual(['"x"', '"x"', '"x"']);
  });

  it("ends with the last failure after six attempts", async () => {
    const { ingress, requests } = rig(
      true,
      UNREACHABLE,
      UNREACHABLE,
      UNREACHABLE,
      UNREACHABLE,
      UNREACHABLE,
      BUSY,
    );
    await expect(call(ingress)).rejects.toMatchObject({ name: "HttpCallError", status: 503 });
    expect(requests).toHaveLength(6);
  });

  it("ends within its budget", async () => {
    const { ingress, clock } = rig({ maxDuration: 1000, maxAttempts: false }, BUSY);
    await expect(call(ingress)).rejects.toMatchObject({ status: 503 });
    expect(clock.slept).toEqual([250, 500]);
  });

  it("waits as long as the server asks", async () => {
    const { ingress, clock } = rig(true, { ...BUSY, headers: { "retry-after": "2" } }, DONE);
    await call(ingress);
    expect(clock.slept).toEqual([2000]);
  });

  const handlers: [string, (ingress: Ingress) => Promise<unknown>, Reply, number][] = [
    ["a call without idempotency key", (i) => call(i, {}), DONE, 1],
    ["a call with one", (i) => call(i), DONE, 2],
    ["a send without", (i) => i.send({ service: "S", handler: "h", parameter: 1 }), SENT, 1],
    [
      "a send with one",
      (i) =>
        i.send({ service: "S", handler: "h", parameter: 1, opts: rpc.sendOpts({ idempotencyKey: "k" }) }),
      SENT,
      2,
    ],
    ["workflowSubmit", (i) => workflowOf(i).workflowSubmit(), SENT, 2],
    ["workflowAttach", (i) => workflowOf(i).workflowAttach(), DONE, 2],
    ["workflowOutput", (i) => workflowOf(i).workflowOutput(), DONE, 2],
    ["a shared handler of a workflow", (i) => workflowOf(i).status(), DONE, 1],
    ["result", (i) => i.result({ invocationId: "inv_1", status: "Accepted", attachable: true }), DONE, 2],
    ["a handle", (i) => i.serviceInvocation("S", "h", "k").attach(), DONE, 2],
    ["resolveAwakeable", (i) => i.resolveAwakeable("sign_1x", 1), {}, 1],
    ["rejectAwakeable", (i) => i.rejectAwakeable("sign_1x", "no"), {}, 1],
  ];

  it.each(handlers)("%s", async (_name, act, reply, attempts) => {
    const { ingress, requests } = rig(true, UNREACHABLE, reply);
    await act(ingress).catch(() => {});
    expect(requests).toHaveLength(attempts);
  });

  it("is off by default", async () => {
    const { ingress, requests } = rig(undefined, UNREACHABLE, DONE);
    await expect(call(ingress)).rejects.toMatchObject({ name: "TransportError" });
    expect(requests).toHaveLength(1);
  });

  it("never repeats what the invocation itself answered", async () => {
    const failed = {
      status: 503,
      headers: { "x-restate-error-source": "invocation" },
      body: { code: 503, message: "sold out" },
    };
    const { ingress, requests } = rig(true, failed, DONE);
    await expect(call(ingress)).rejects.toMatchObject({ name: "TerminalError", code: 503 });
    expect(requests).toHaveLength(1);
  });

  it("hands the failure to shouldRetry", async () => {
    const seen: unknown[] = [];
    const shouldRetry: RetryPolicy["shouldRetry"] = (failure, attempt) => {
      seen.push(
        failure.kind === "response" ? [attempt, failure.status, failure.body] : [attempt, failure.error],
      );
      return true;
    };
    const { ingress } = rig({ shouldRetry }, { status: 404 }, UNREACHABLE, BUSY, DONE);
    expect(await call(ingress)).toBe("done");
    expect(seen).toEqual([
      [0, 404, undefined],
      [1, UNREACHABLE],
      [2, 503, JSON.stringify(BUSY.body)],
    ]);
  });
});

describe("timeout and signal", () => {
  /** Never answers; rejects as fetch does when its signal aborts. */
  const silent: typeof globalThis.fetch = (_input, init) =>
    new Promise((_, reject) => {
      const signal = init?.signal as AbortSignal;
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });

  function silentIngress(retry?: RetryPolicy): { ingress: Ingress; clock: TestClock } {
    const clock = testClock();
    return { clock, ingress: connectWithClock({ url: "http://ingress", retry, fetch: silent }, clock) };
  }

  it("a timeout ends one attempt", async () => {
    const { ingress, clock } = silentIngress({ maxAttempts: 2 });
    await expect(call(ingress, { idempotencyKey: "k", timeout: 5 })).rejects.toMatchObject({
      name: "TransportError",
      kind: "timeout",
      code: 504,
      message: "call of Greeter/greet: no answer within 5 ms",
    });
    expect(clock.slept).toEqual([250]);
  });

  it("a signal ends the request with its own reason, and is never retried", async () => {
    const { ingress, clock } = silentIngress({});
    const controller = new AbortController();
    const pending = call(ingress, { idempotencyKey: "k", timeout: 60_000, signal: controller.signal });
    const reason = new Error("the user left");
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(clock.slept).toEqual([]);
  });

  it("a signal ends a pause", async () => {
    const controller = new AbortController();
    const slept = systemClock.sleep(60_000, controller.signal);
    controller.abort("enough");
    await expect(slept).rejects.toBe("enough");
  });

  it("an aborted signal sends nothing", async () => {
    const { ingress, requests } = rig(true, DONE);
    const reason = new Error("before");
    await expect(call(ingress, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(requests).toEqual([]);
  });

  it("both together: the timeout comes first", async () => {
    const { ingress } = silentIngress();
    const { signal } = new AbortController();
    await expect(call(ingress, { timeout: 5, signal })).rejects.toMatchObject({ kind: "timeout" });
  });

  it("covers the body, too", async () => {
    const fetch: typeof globalThis.fetch = async (_input, init) =>
      new Response(
        new ReadableStream({
          start(controller) {
            const signal = init?.signal as AbortSignal;
            signal.addEventListener("abort", () => controller.error(signal.reason), { once: true });
          },
        }),
      );
    const ingress = connectWithClock({ url: "http://ingress", fetch }, testClock());
    await expect(call(ingress, { timeout: 5 })).rejects.toMatchObject({ kind: "timeout" });
  });
});

function workflowOf(ingress: Ingress) {
  interface Approval {
    run(ctx: object): Promise<string>;
    status(ctx: object): Promise<string>;
  }
  return ingress.workflowClient<Approval>(WORKFLOW, "w");
}
