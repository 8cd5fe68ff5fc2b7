import { describe, expect, it } from "vitest";
import { RestateError, TerminalError } from "../errors.ts";
import { serde } from "../serde/serdes.ts";
import { connect } from "./connect.ts";
import { HttpCallError, InvocationNotFoundError, InvocationNotReadyError, TransportError } from "./errors.ts";
import type { Ingress } from "./ingress.ts";
import { rpc } from "./options.ts";
import { type Reply, recordingFetch } from "./testing/recording-fetch.ts";

/** What callers are told when something goes wrong. */

function ingressAnswering(...replies: Reply[]): Ingress {
  return connect({ url: "http://ingress:8080", fetch: recordingFetch(...replies).fetch });
}

function greet(ingress: Ingress, opts?: Parameters<typeof rpc.opts>[0]): Promise<unknown> {
  return ingress.call({ service: "Greeter", handler: "greet", parameter: "x", opts: rpc.opts(opts ?? {}) });
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

const FROM_INVOCATION = { "x-restate-error-source": "invocation", "x-restate-id": "inv_1abc" };
const FROM_INGRESS = { "x-restate-error-source": "ingress" };

describe("a handler's failure", () => {
  it("is a TerminalError with code, message and metadata", async () => {
    const body = { code: 418, message: "boom", metadata: { a: "b" }, source: "invocation" };
    const error = await rejectionOf(greet(ingressAnswering({ status: 418, headers: FROM_INVOCATION, body })));
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).not.toBeInstanceOf(HttpCallError);
    expect(error).toMatchObject({
      name: "TerminalError",
      message: "boom",
      code: 418,
      metadata: { a: "b" },
      cause: {
        status: 418,
        invocationId: "inv_1abc",
        responseText: JSON.stringify(body),
        message: "call of Greeter/greet: the ingress answered 418: boom",
      },
    });
  });

  it("keeps a code that is no HTTP status", async () => {
    const reply = { status: 500, headers: FROM_INVOCATION, body: { code: 1200, message: "boom" } };
    expect(await rejectionOf(greet(ingressAnswering(reply)))).toMatchObject({ code: 1200, metadata: {} });
  });

  it("is known by the body alone when a proxy took the header away", async () => {
    const reply = { status: 409, body: { code: 409, message: "killed", source: "invocation" } };
    expect(await rejectionOf(greet(ingressAnswering(reply)))).toBeInstanceOf(TerminalError);
  });

  it("drops metadata that is not text", async () => {
    const reply = { status: 500, headers: FROM_INVOCATION, body: { message: "boom", metadata: { a: 1 } } };
    expect(await rejectionOf(greet(ingressAnswering(reply)))).toMatchObject({ code: 500, metadata: {} });
  });
});

describe("another answer than 2xx", () => {
  it("is an HttpCallError", async () => {
    const body = { code: 404, message: "service 'Greeter' not found", source: "ingress" };
    const error = await rejectionOf(greet(ingressAnswering({ status: 404, headers: FROM_INGRESS, body })));
    expect(error).toBeInstanceOf(HttpCallError);
    expect(error).toBeInstanceOf(RestateError);
    expect(error).not.toBeInstanceOf(TerminalError);
    expect(error).not.toBeInstanceOf(InvocationNotFoundError);
    expect(error).toMatchObject({
      name: "HttpCallError",
      status: 404,
      code: 404,
      responseText: JSON.stringify(body),
      message: "call of Greeter/greet: the ingress answered 404: service 'Greeter' not found",
      hint: "Register the endpoint that serves it, and compare the names.",
    });
  });

  it.each([
    [
      "a page of a proxy",
      { status: 502, body: new TextEncoder().encode("<h1>Bad gateway</h1>") },
      "<h1>Bad gateway</h1>",
    ],
    ["nothing", { status: 503 }, "no reason given"],
    ["JSON that is no object", { status: 500, body: [1] }, "[1]"],
  ])("with %s as its body", async (_name, reply, said) => {
    expect(await rejectionOf(greet(ingressAnswering(reply)))).toMatchObject({
      name: "HttpCallError",
      message: `call of Greeter/greet: the ingress answered ${reply.status}: ${said}`,
    });
  });

  it("of an awakeable names it", async () => {
    const reply = { status: 400, headers: FROM_INGRESS, body: { message: "bad awakeable id" } };
    expect(await rejectionOf(ingressAnswering(reply).resolveAwakeable("sign_1x"))).toMatchObject({
      name: "HttpCallError",
      message: "resolve of awakeable sign_1x: the ingress answered 400: bad awakeable id",
    });
  });
});

describe("results", () => {
  const notFound = { status: 404, headers: FROM_INGRESS, body: { message: "invocation not found" } };
  const notReady = { status: 470, headers: FROM_INGRESS, body: { message: "not completed yet" } };
  const attachNotFound = {
    status: 404,
    headers: FROM_INVOCATION,
    body: { code: 404, message: "not found", source: "invocation" },
  };

  it("of an unknown invocation: InvocationNotFoundError from output", async () => {
    const error = await rejectionOf(ingressAnswering(notFound).invocation("inv_1").output());
    expect(error).toBeInstanceOf(InvocationNotFoundError);
    expect(error).toBeInstanceOf(HttpCallError);
    expect(error).toMatchObject({ name: "InvocationNotFoundError", status: 404 });
    expect((error as Error).message).toBe("output of inv_1: the ingress answered 404: invocation not found");
  });

  it("of an unknown invocation: InvocationNotFoundError from attach, too", async () => {
    const { fetch, requests } = recordingFetch(attachNotFound, notFound);
    const ingress = connect({ url: "http://ingress", fetch });
    const error = await rejectionOf(ingress.workflowInvocation("Approval", "w").attach());
    expect(error).toBeInstanceOf(InvocationNotFoundError);
    expect((error as Error).message).toBe('attach to Approval/"w": the server does not know it');
    expect(requests.map((request) => request.url)).toEqual([
      "http://ingress/restate/attach",
      "http://ingress/restate/output",
    ]);
  });

  it("of a handler that failed in the same words: still its TerminalError", async () => {
    const error = await rejectionOf(
      ingressAnswering(attachNotFound, attachNotFound).invocation("inv_1").attach(),
    );
    expect(error).toBeInstanceOf(TerminalError);
  });

  it("that are not ready: reading them throws InvocationNotReadyError", async () => {
    const handle = ingressAnswering(notReady).serviceInvocation<string>("Greeter", "greet", "k");
    const output = await handle.output();
    expect(output.ready).toBe(false);
    expect(() => output.result).toThrow(InvocationNotReadyError);
    expect(() => output.result).toThrow(
      'output of Greeter/greet with idempotency key "k": the ingress answered 470: not completed yet',
    );
  });

  it("of a send without idempotency key: refused here", async () => {
    const send = { invocationId: "inv_1", status: "Accepted", attachable: false } as const;
    await expect(ingressAnswering({}).result(send)).rejects.toThrow(/^result of inv_1: it was sent without/);
  });

  it("that cannot be decoded say so", async () => {
    const error = await rejectionOf(
      ingressAnswering({ body: new TextEncoder().encode("{") })
        .invocation("inv_1")
        .attach(),
    );
    expect(error).toBeInstanceOf(RestateError);
    expect((error as Error).message).toMatch(/^attach to inv_1: the result cannot be decoded: Not JSON/);
  });
});

describe("no answer", () => {
  it("is a TransportError that says why", async () => {
    const refused = new TypeError("fetch failed", {
      cause: new Error("connect ECONNREFUSED 127.0.0.1:8080"),
    });
    const error = await rejectionOf(greet(ingressAnswering(refused)));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).not.toBeInstanceOf(HttpCallError);
    expect(error).toMatchObject({
      kind: "network",
      code: 503,
      cause: refused,
      message:
        "call of Greeter/greet: no answer from http://ingress:8080: connect ECONNREFUSED 127.0.0.1:8080",
    });
  });

  it("that breaks off in the middle is one too", async () => {
    const fetch = async (): Promise<Response> =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.error(new Error("socket hang up"));
          },
        }),
      );
    const error = await rejectionOf(greet(connect({ url: "http://ingress", fetch })));
    expect(error).toMatchObject({ name: "TransportError", kind: "network" });
  });

  it("that is no send's answer says so", async () => {
    const ingress = ingressAnswering({ body: "hello" });
    await expect(ingress.send({ service: "Greeter", handler: "greet", parameter: 1 })).rejects.toThrow(
      'send to Greeter/greet: the ingress answered 200 with something else than a send\'s answer: "hello"',
    );
  });
});

describe("misuse is refused before anything is sent", () => {
  const cases: [string, (ingress: Ingress) => unknown, RegExp][] = [
    ["the empty idempotency key", (i) => greet(i, { idempotencyKey: "" }), /idempotencyKey: "" cannot be/],
    ["a key that would be trimmed", (i) => greet(i, { idempotencyKey: " k" }), /without spaces at its ends/],
    ["a key that is no header", (i) => greet(i, { idempotencyKey: "ä" }), /printable ASCII/],
    ["a limit key without scope", (i) => greet(i, { limitKey: "a" }), /needs a scope/],
    ["a limit key of three levels", (i) => greet(i, { limitKey: "a/b/c" }), /is not a limit key/],
    ["a scope of 37 characters", (i) => i.scope("s".repeat(37)), /is not a scope/],
    ["an empty scope", (i) => i.scope(""), /is not a scope/],
    ["no timeout at all", (i) => greet(i, { timeout: 0 }), /timeout: 0 is not a positive number/],
    ["an object without key", (i) => i.objectClient({ name: "Counter" }, undefined as never), /needs a key/],
    ["a client of nothing", (i) => i.serviceClient({} as never), /pass a definition/],
    ["a contract client of a name", (i) => i.client({ name: "x" } as never), /take a contract/],
    [
      "a key that URLs drop",
      (i) => i.call({ service: "C", key: "..", handler: "h", parameter: 1 }),
      /cannot be part of a URL/,
    ],
    [
      "a key that is not Unicode",
      (i) => i.call({ service: "C", key: "\ud800", handler: "h", parameter: 1 }),
      /not well-formed/,
    ],
    [
      "a delay of a call",
      (i) => i.call({ service: "C", handler: "h", parameter: 1, opts: rpc.sendOpts({ delay: 1 }) as never }),
      /a call has no delay/,
    ],
    [
      "a negative delay",
      (i) => i.send({ service: "C", handler: "h", parameter: 1, opts: rpc.sendOpts({ delay: -1 }) }),
      /delay: -1 is not a delay/,
    ],
    [
      "bare options",
      (i) => i.call({ service: "C", handler: "h", parameter: 1, opts: {} as never }),
      /must be made by rpc.opts/,
    ],
    ["an awakeable without id", (i) => i.resolveAwakeable(""), /is not an awakeable's id/],
    [
      "an idempotency key for a workflow's start",
      (i) =>
        i
          .workflowClient<{ run: (ctx: object, x: number) => Promise<void> }>({ name: "W" }, "k")
          .workflowSubmit(1, rpc.sendOpts({ idempotencyKey: "k" })),
      /leave the idempotency key out/,
    ],
  ];

  it.each(cases)("%s", async (_name, act, message) => {
    const { fetch, requests } = recordingFetch({});
    const ingress = connect({ url: "http://ingress", fetch });
    const error = await rejectionOf((async () => await act(ingress))());
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(message);
    expect(requests).toEqual([]);
  });

  it("a scope of 36 characters, a limit key of two levels and 36 each are fine", async () => {
    const { fetch, requests } = recordingFetch({});
    const label = "a".repeat(36);
    await connect({ url: "http://ingress", fetch }).call({
      service: "C",
      handler: "h",
      scope: label,
      parameter: 1,
      opts: rpc.opts({ limitKey: `${label}/${label}`, output: serde.json }),
    });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ["nowhere", /is not a URL/],
    ["ftp://x", /is not http or https/],
    ["http://user:secret@x", /must not hold credentials/],
    ["http://x/?a=b", /has a query or a fragment/],
  ])("connect to %s", (url, message) => {
    expect(() => connect({ url })).toThrow(message);
    expect(() => connect({ url })).toThrow(TypeError);
  });
});

describe("instanceof", () => {
  it("knows errors of another copy of this package, and derived classes", async () => {
    const other = { [Symbol.for("perdure.clientError")]: "not-found" };
    expect(other).toBeInstanceOf(HttpCallError);
    expect(other).toBeInstanceOf(InvocationNotFoundError);
    expect(other).not.toBeInstanceOf(InvocationNotReadyError);
    expect(other).not.toBeInstanceOf(TransportError);
    class Mine extends HttpCallError {}
    expect(new Mine(500, "", "x")).toBeInstanceOf(HttpCallError);
    expect(new HttpCallError(500, "", "x")).not.toBeInstanceOf(Mine);
    expect({}).not.toBeInstanceOf(HttpCallError);
  });
});
