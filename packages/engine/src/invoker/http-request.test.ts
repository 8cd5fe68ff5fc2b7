import type { IncomingHttpHeaders } from "node:http2";
import type { Message } from "@perdure/sdk/internal";
import { afterEach, describe, expect, test } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { createHttpInvoker } from "./http-invoker.ts";
import { createHttp2Transport } from "./http2-transport.ts";
import { END, encode, OUTPUT, type RawEndpoint, readAll, respond, serveRaw } from "./testing/raw-endpoint.ts";
import {
  type AttemptSetup,
  INVOCATION_ID,
  ScriptedEngine,
  toAttemptRequest,
} from "./testing/scripted-engine.ts";

/** What an endpoint gets to see of an attempt. */

const endpoints: RawEndpoint[] = [];

afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) await endpoint.close();
});

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly messages: readonly Message[];
}

/** Makes one attempt, which the endpoint ends when it has the whole request. */
async function see(setup: AttemptSetup, act: (engine: ScriptedEngine) => void = () => {}): Promise<Seen> {
  const { version = 7 } = setup;
  const seen = new Promise<Seen>((resolve) => {
    void serveRaw(async (stream, headers) => {
      respond(stream, version);
      const messages = await readAll(stream, version);
      stream.end(encode([OUTPUT, END], version));
      resolve({ headers, messages });
    }).then((raw) => {
      endpoints.push(raw);
      const clock = createVirtualClock();
      const invoker = createHttpInvoker({
        clock,
        transport: createHttp2Transport({ clock }),
        clusterName: "here",
      });
      const place = {
        type: "http",
        uri: `${raw.uri}mounted`,
        useHttp11: false,
        additionalHeaders: { authorization: "Bearer x", accept: "nothing" },
      } as const;
      const engine = new ScriptedEngine(
        invoker,
        toAttemptRequest({ ...setup, deployment: { place, ...setup.deployment } }),
      );
      void engine.untilStarted().then(() => act(engine));
    });
  });
  return seen;
}

const requestResponse = { bidirectional: false };

describe("the request of an attempt", () => {
  test.each([5, 6, 7] as const)("has the headers of protocol section 1.3, in version %s", async (version) => {
    const { headers } = await see({ version, deployment: requestResponse });
    const contentType = `application/vnd.restate.invocation.v${version}`;
    expect(headers).toMatchObject({
      ":method": "POST",
      ":path": "/mounted/invoke/greeter/greet",
      "content-type": contentType,
      accept: contentType,
      "x-restate-invocation-id": INVOCATION_ID,
      "x-restate-cluster-name": "here",
      authorization: "Bearer x",
    });
    expect(Object.keys(headers).filter((name) => /traceparent|service-key|jwt|scheme$/.test(name))).toEqual([
      ":scheme",
    ]);
  });

  test("carries on a trace, and tells the key", async () => {
    const { headers } = await see({
      key: "a b/ü",
      deployment: requestResponse,
      headers: [
        { key: "TraceParent", value: "00-1" },
        { key: "tracestate", value: "a=b" },
        { key: "baggage", value: "bad\nvalue" },
        { key: "cookie", value: "no" },
      ],
    });
    expect(headers).toMatchObject({
      traceparent: "00-1",
      tracestate: "a=b",
      "x-restate-service-key": "a%20b%2F%C3%BC",
    });
    expect([headers.baggage, headers.cookie]).toEqual([undefined, undefined]);
  });

  test("is Start and the journal, then its end, where nothing more can be taken", async () => {
    const setup: AttemptSetup = {
      deployment: requestResponse,
      journal: [{ type: "ClearAllState", name: "" }],
    };
    const { messages } = await see(setup, (engine) =>
      engine.tell((attempt) => attempt.feed({ type: "CommandAck", commandIndex: 0 })),
    );
    expect(messages.map(({ type }) => type)).toEqual(["Start", "Input", "ClearAllState"]);
  });

  test("goes on with what is fed, until the input ends", async () => {
    const { messages } = await see({}, (engine) => {
      engine.tell((attempt) => attempt.feed({ type: "CommandAck", commandIndex: 0 }));
      engine.tell((attempt) => attempt.endInput());
      engine.tell((attempt) => attempt.feed({ type: "CommandAck", commandIndex: 1 }));
    });
    expect(messages.map(({ type }) => type)).toEqual(["Start", "Input", "CommandAck"]);
  });

  test("arrives whole and in order, however long and whatever is fed meanwhile", async () => {
    const journal = Array.from(
      { length: 300 },
      (_, index): Message => ({
        type: "SetState",
        name: String(index),
        key: "k",
        value: new Uint8Array(20_000).fill(index),
      }),
    );
    const { messages } = await see({ journal }, (engine) => {
      for (let index = 0; index < 50; index += 1) {
        engine.tell((attempt) => attempt.feed({ type: "CommandAck", commandIndex: index }));
      }
      engine.tell((attempt) => attempt.endInput());
    });
    expect(messages.slice(2, 302)).toEqual(
      journal.map((message) => ({ ...message, value: expect.objectContaining({ length: 20_000 }) })),
    );
    expect(
      messages.slice(302).map((message) => message.type === "CommandAck" && message.commandIndex),
    ).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  test("that can't be put into the version's bytes fails the attempt", async () => {
    const failure = { code: 500, message: "m", metadata: { a: "b" } };
    const journal: Message[] = [{ type: "Output", name: "", result: { type: "failure", failure } }];
    let engine: ScriptedEngine | undefined;
    void see({ version: 5, journal }, (started) => {
      engine = started;
    });
    while (engine === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await engine.untilFailed()).toMatchObject({
      failure: { restateCode: "RT0014", message: expect.stringContaining("Metadata") },
      options: { countsForHandler: false },
    });
  });
});

describe("an endpoint that asks for no ack of a run's result", () => {
  test("gets the result back in full", async () => {
    const proposal: Message = {
      type: "ProposeRunCompletion",
      completionId: 3,
      result: { type: "success", value: new Uint8Array([9]) },
    };
    let got: Message[] = [];
    const raw = await serveRaw(async (stream) => {
      respond(stream);
      // The bit that version 6 does not set is all that differs.
      stream.write(encode([proposal], 6));
      got = await readAll(stream);
    });
    endpoints.push(raw);
    const clock = createVirtualClock();
    const invoker = createHttpInvoker({
      clock,
      transport: createHttp2Transport({ clock }),
      clusterName: "here",
    });
    const place = { type: "http", uri: raw.uri, useHttp11: false, additionalHeaders: {} } as const;
    const engine = new ScriptedEngine(invoker, toAttemptRequest({ deployment: { place } }));
    expect(await engine.next()).toEqual(proposal);
    engine.tell((attempt) => attempt.feed({ type: "ProposeRunCompletionAck", completionId: 3 }));
    engine.tell((attempt) => attempt.endInput());
    while (got.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(got.at(-1)).toMatchObject({
      type: "Completion",
      kind: "Run",
      completionId: 3,
      result: { type: "success" },
    });
    engine.tell((attempt) => attempt.abort("done"));
  });
});
