import { describe, expect, it } from "vitest";
import type {
  Context,
  ObjectContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "../definition/context.ts";
import { handlers } from "../definition/handlers.ts";
import { iface } from "../definition/iface.ts";
import { object } from "../definition/object.ts";
import { rpc as contextRpc } from "../definition/rpc.ts";
import { service } from "../definition/service.ts";
import { workflow } from "../definition/workflow.ts";
import { serde } from "../serde/serdes.ts";
import { connect } from "./connect.ts";
import type { Ingress } from "./ingress.ts";
import { rpc } from "./options.ts";
import { recordingFetch } from "./testing/recording-fetch.ts";

/** What each method of the client puts on the wire. */

const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello ${name}`,
    ping: async (_ctx: Context) => {},
    bytes: handlers.handler(
      { input: serde.binary, output: serde.binary },
      async (_ctx: Context, bytes: Uint8Array) => bytes,
    ),
  },
});
const counter = object({
  name: "Counter",
  handlers: { add: async (_ctx: ObjectContext, amount: number) => amount },
});
const approval = workflow({
  name: "Approval",
  handlers: {
    run: async (_ctx: WorkflowContext, request: string) => request.length,
    approve: async (_ctx: WorkflowSharedContext, _yes: boolean) => {},
  },
});
const contract = iface.service("Contract", {
  echo: iface.serdes({ input: serde.binary, output: serde.binary }),
});
const counterContract = iface.object("Counter", { add: iface.json<number, number>() });
const approvalContract = iface.workflow("Approval", { run: iface.json<string, number>() });

const JSON_TYPE = { "content-type": "application/json" };
const SENT = { invocationId: "inv_1", status: "Accepted" };

interface Case {
  readonly name: string;
  readonly act: (ingress: Ingress) => Promise<unknown>;
  /** Method and path; POST unless said otherwise. */
  readonly line: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const cases: Case[] = [
  {
    name: "a service call",
    act: (ingress) => ingress.serviceClient(greeter).greet("Mary"),
    line: "POST /restate/call/Greeter/greet",
    headers: JSON_TYPE,
    body: '"Mary"',
  },
  {
    name: "a call by name and type",
    act: (ingress) => ingress.serviceClient<typeof greeter>({ name: "Greeter" }).greet("Mary"),
    line: "POST /restate/call/Greeter/greet",
    headers: JSON_TYPE,
    body: '"Mary"',
  },
  {
    name: "a call without input has no content type",
    act: (ingress) => ingress.serviceClient(greeter).ping(),
    line: "POST /restate/call/Greeter/ping",
  },
  {
    name: "a call without input but with options",
    act: (ingress) => ingress.serviceClient(greeter).ping(rpc.opts({ idempotencyKey: "k 1" })),
    line: "POST /restate/call/Greeter/ping",
    headers: { "idempotency-key": "k 1" },
  },
  {
    name: "the serdes of the definition",
    act: (ingress) => ingress.serviceClient(greeter).bytes(new TextEncoder().encode("abc")),
    line: "POST /restate/call/Greeter/bytes",
    headers: { "content-type": "application/octet-stream" },
    body: "abc",
  },
  {
    name: "the serde of the call before that of the definition",
    act: (ingress) =>
      ingress.serviceClient(greeter).bytes(
        new Uint8Array([1]),
        rpc.opts({
          input: {
            contentType: "application/json",
            serialize: (value: Uint8Array) => new TextEncoder().encode(`[${value}]`),
            deserialize: (bytes) => bytes,
          },
          output: serde.binary,
        }),
      ),
    line: "POST /restate/call/Greeter/bytes",
    headers: JSON_TYPE,
    body: "[1]",
  },
  {
    name: "headers of connection and call, the call's win",
    act: (ingress) =>
      ingress
        .serviceClient(greeter)
        .greet("x", rpc.opts({ headers: { "X-Own": "1", Authorization: "call" } })),
    line: "POST /restate/call/Greeter/greet",
    headers: { ...JSON_TYPE, "x-own": "1", authorization: "call" },
    body: '"x"',
  },
  {
    name: "options made by the rpc of handlers",
    act: (ingress) =>
      ingress.serviceClient(greeter).greet("x", contextRpc.opts({ idempotencyKey: "k" }) as never),
    line: "POST /restate/call/Greeter/greet",
    headers: { ...JSON_TYPE, "idempotency-key": "k" },
    body: '"x"',
  },
  {
    name: "an object call, its key encoded",
    act: (ingress) => ingress.objectClient(counter, "a/b ?ä").add(1),
    line: "POST /restate/call/Counter/a%2Fb%20%3F%C3%A4/add",
    headers: JSON_TYPE,
    body: "1",
  },
  {
    name: "an object call with the empty key",
    act: (ingress) => ingress.objectClient(counter, "").add(1),
    line: "POST /restate/call/Counter//add",
    headers: JSON_TYPE,
    body: "1",
  },
  {
    name: "a service send",
    act: (ingress) => ingress.serviceSendClient(greeter).greet("x"),
    line: "POST /restate/send/Greeter/greet",
    headers: JSON_TYPE,
    body: '"x"',
  },
  {
    name: "a delayed send",
    act: (ingress) =>
      ingress.objectSendClient(counter, "k").add(1, rpc.sendOpts({ delay: { minutes: 1, seconds: 0.5 } })),
    line: "POST /restate/send/Counter/k/add?delay=60500ms",
    headers: JSON_TYPE,
    body: "1",
  },
  {
    name: "a delay of 0 is none, a part of a millisecond is a whole one",
    act: async (ingress) => {
      await ingress.serviceSendClient(greeter).greet("x", rpc.sendOpts({ delay: 0.2 }));
      await ingress.serviceSendClient(greeter).greet("x", rpc.sendOpts({ delay: 0 }));
    },
    line: "POST /restate/send/Greeter/greet?delay=1ms POST /restate/send/Greeter/greet",
    headers: JSON_TYPE,
    body: '"x"',
  },
  {
    name: "workflowSubmit",
    act: (ingress) => ingress.workflowClient(approval, "w").workflowSubmit("loan"),
    line: "POST /restate/send/Approval/w/run",
    headers: JSON_TYPE,
    body: '"loan"',
  },
  {
    name: "workflowSendClient",
    act: (ingress) => ingress.workflowSendClient(approval, "w").run("loan", rpc.sendOpts({ delay: 5 })),
    line: "POST /restate/send/Approval/w/run?delay=5ms",
    headers: JSON_TYPE,
    body: '"loan"',
  },
  {
    name: "workflowAttach",
    act: (ingress) => ingress.workflowClient(approval, "w").workflowAttach(),
    line: "POST /restate/attach",
    headers: JSON_TYPE,
    body: '{"target":"workflow","workflowName":"Approval","workflowKey":"w"}',
  },
  {
    name: "workflowOutput",
    act: (ingress) => ingress.workflowClient(approval, "").workflowOutput(rpc.opts({ headers: { a: "b" } })),
    line: "POST /restate/output",
    headers: { ...JSON_TYPE, a: "b" },
    body: '{"target":"workflow","workflowName":"Approval","workflowKey":""}',
  },
  {
    name: "a shared handler of a workflow",
    act: (ingress) => ingress.workflowClient(approval, "w").approve(true),
    line: "POST /restate/call/Approval/w/approve",
    headers: JSON_TYPE,
    body: "true",
  },
  {
    name: "a contract of a service",
    act: (ingress) => ingress.client(contract).echo(new TextEncoder().encode("abc")),
    line: "POST /restate/call/Contract/echo",
    headers: { "content-type": "application/octet-stream" },
    body: "abc",
  },
  {
    name: "a contract of an object, sent",
    act: (ingress) => ingress.sendClient(counterContract, "k").add(2),
    line: "POST /restate/send/Counter/k/add",
    headers: JSON_TYPE,
    body: "2",
  },
  {
    name: "a contract of a workflow gives a plain client",
    act: (ingress) => ingress.client(approvalContract, "w").run("loan"),
    line: "POST /restate/call/Approval/w/run",
    headers: JSON_TYPE,
    body: '"loan"',
  },
  {
    name: "a generic call, JSON by default",
    act: (ingress) =>
      ingress.call({ service: "Any", handler: "thing", key: "k", parameter: { a: 1 }, opts: rpc.opts({}) }),
    line: "POST /restate/call/Any/k/thing",
    headers: JSON_TYPE,
    body: '{"a":1}',
  },
  {
    name: "a generic send within a scope",
    act: (ingress) =>
      ingress.send({
        service: "Any",
        handler: "thing",
        scope: "tenant-1",
        parameter: 1,
        opts: rpc.sendOpts({ limitKey: "a/b", delay: { days: 5 } }),
      }),
    line: "POST /restate/scope/tenant-1/send/Any/thing?delay=432000000ms",
    headers: { ...JSON_TYPE, "x-restate-limit-key": "a/b" },
    body: "1",
  },
  {
    name: "a call within a scope",
    act: (ingress) =>
      ingress
        .scope("s")
        .objectClient(counter, "k")
        .add(1, rpc.opts({ limitKey: "l" })),
    line: "POST /restate/scope/s/call/Counter/k/add",
    headers: { ...JSON_TYPE, "x-restate-limit-key": "l" },
    body: "1",
  },
  {
    name: "workflowAttach within a scope stays within it",
    act: (ingress) => ingress.scope("s").workflowClient(approval, "w").workflowAttach(),
    line: "POST /restate/attach",
    headers: JSON_TYPE,
    body: '{"target":"workflow","workflowName":"Approval","workflowKey":"w","scope":"s"}',
  },
  {
    name: "result of a send",
    act: (ingress) => ingress.result({ invocationId: "inv_1a", status: "Accepted", attachable: true }),
    line: "GET /restate/invocation/inv_1a/attach",
  },
  {
    name: "a handle by invocation id",
    act: (ingress) => ingress.invocation("inv_1a").output(),
    line: "GET /restate/invocation/inv_1a/output",
  },
  {
    name: "a handle by idempotency key",
    act: (ingress) => ingress.serviceInvocation(greeter, "greet", "a/b c").attach(),
    line: "POST /restate/attach",
    headers: JSON_TYPE,
    body: '{"target":"idempotentInvocation","service":"Greeter","handler":"greet","idempotencyKey":"a/b c"}',
  },
  {
    name: "a handle by object, key and idempotency key",
    act: (ingress) => ingress.objectInvocation("Counter", "k", "add", "ik").output(),
    line: "POST /restate/output",
    headers: JSON_TYPE,
    body: '{"target":"idempotentInvocation","service":"Counter","handler":"add","key":"k","idempotencyKey":"ik"}',
  },
  {
    name: "a handle by workflow key",
    act: (ingress) => ingress.workflowInvocation("Approval", "w").attach(),
    line: "POST /restate/attach",
    headers: JSON_TYPE,
    body: '{"target":"workflow","workflowName":"Approval","workflowKey":"w"}',
  },
  {
    name: "resolveAwakeable",
    act: (ingress) => ingress.resolveAwakeable("sign_1x", { a: 1 }),
    line: "POST /restate/awakeables/sign_1x/resolve",
    headers: JSON_TYPE,
    body: '{"a":1}',
  },
  {
    name: "resolveAwakeable without payload",
    act: (ingress) => ingress.resolveAwakeable("sign_1x"),
    line: "POST /restate/awakeables/sign_1x/resolve",
  },
  {
    name: "resolveAwakeable with a serde",
    act: (ingress) =>
      ingress.resolveAwakeable("sign_1x", new TextEncoder().encode("b"), serde.binary as never),
    line: "POST /restate/awakeables/sign_1x/resolve",
    headers: { "content-type": "application/octet-stream" },
    body: "b",
  },
  {
    name: "rejectAwakeable",
    act: (ingress) => ingress.rejectAwakeable("sign_1x", "too late"),
    line: "POST /restate/awakeables/sign_1x/reject",
    headers: { "content-type": "text/plain" },
    body: "too late",
  },
];

describe("what goes over the wire", () => {
  it.each(cases)("$name", async ({ act, line, headers = {}, body = "" }) => {
    const { fetch, requests } = recordingFetch({ body: line.includes("/send/") ? SENT : undefined });
    await act(connect({ url: "http://ingress:1/base/", headers: { authorization: "connection" }, fetch }));
    expect(
      requests.map(({ method, url }) => `${method} ${url.slice("http://ingress:1/base".length)}`).join(" "),
    ).toBe(line);
    expect(requests[0]).toMatchObject({
      body,
      headers: { authorization: "connection", "x-restateclient-retry-attempt": "1", ...headers },
    });
    expect(Object.keys(requests[0]?.headers ?? {}).sort()).toEqual(
      [...new Set(["authorization", "x-restateclient-retry-attempt", ...Object.keys(headers)])].sort(),
    );
  });

  it.each([
    ["http://ingress:1", "http://ingress:1/restate/call/Greeter/greet"],
    ["http://ingress:1///", "http://ingress:1/restate/call/Greeter/greet"],
    ["https://x.dev/a/b/", "https://x.dev/a/b/restate/call/Greeter/greet"],
  ])("the url %s", async (url, expected) => {
    const { fetch, requests } = recordingFetch({});
    await connect({ url, fetch }).serviceClient(greeter).greet("x");
    expect(requests[0]?.url).toBe(expected);
  });

  it("encodes and decodes by the codec, failures and reasons not", async () => {
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 1);
    const journalValueCodec = { encode: flip, decode: async (bytes: Uint8Array) => flip(bytes) };
    const { fetch, requests } = recordingFetch({ body: flip(new TextEncoder().encode('"yes"')) });
    const ingress = connect({ url: "http://ingress", journalValueCodec, fetch });
    expect(await ingress.serviceClient(greeter).greet("x")).toBe("yes");
    expect(await ingress.invocation("inv_1").output()).toEqual({ ready: true, result: "yes" });
    await ingress.resolveAwakeable("a", "x");
    await ingress.rejectAwakeable("a", "x");
    expect(requests.map((request) => request.body)).toEqual(["#y#", "", "#y#", "x"]);
  });

  it("uses the connection's serde where nobody names another", async () => {
    const { fetch, requests } = recordingFetch({ body: new TextEncoder().encode("answer") });
    const text = {
      contentType: "text/plain",
      serialize: (value: unknown) => new TextEncoder().encode(String(value)),
      deserialize: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
    };
    const ingress = connect({ url: "http://ingress", serde: text, fetch });
    expect(await ingress.serviceClient(greeter).greet("x")).toBe("answer");
    expect(await ingress.serviceClient(greeter).bytes(new Uint8Array([65]))).toEqual(
      new TextEncoder().encode("answer"),
    );
    expect(requests.map((request) => request.headers["content-type"])).toEqual([
      "text/plain",
      "application/octet-stream",
    ]);
  });
});

describe("what comes back", () => {
  it.each([
    [undefined, false],
    [rpc.sendOpts({ idempotencyKey: "k" }), true],
  ] as const)("a send with options %j is attachable: %s", async (opts, attachable) => {
    const { fetch } = recordingFetch({ status: 202, body: { ...SENT, executionTime: "…" } });
    const send = await connect({ url: "http://ingress", fetch }).serviceSendClient(greeter).greet("x", opts);
    expect(send).toEqual({ ...SENT, attachable });
  });

  it("the start of a workflow is attachable", async () => {
    const { fetch } = recordingFetch({ body: { invocationId: "inv_1", status: "PreviouslyAccepted" } });
    const ingress = connect({ url: "http://ingress", fetch });
    const expected = { invocationId: "inv_1", status: "PreviouslyAccepted", attachable: true };
    expect(await ingress.workflowClient(approval, "w").workflowSubmit("x")).toEqual(expected);
    expect(await ingress.workflowSendClient(approval, "w").run("x")).toEqual(expected);
    expect(await ingress.workflowSendClient(approval, "w").approve(true)).toMatchObject({
      attachable: false,
    });
  });

  it("a send remembers the serde of its handler's result", async () => {
    const bytes = new Uint8Array([0, 255]);
    const { fetch } = recordingFetch({ body: SENT }, { body: bytes });
    const ingress = connect({ url: "http://ingress", fetch });
    const send = await ingress
      .serviceSendClient(greeter)
      .bytes(new Uint8Array([1]), rpc.sendOpts({ idempotencyKey: "k" }));
    expect(await ingress.result(send)).toEqual(bytes);
    expect(await ingress.invocation(send).attach()).toEqual(bytes);
  });

  it("an empty answer is undefined", async () => {
    const { fetch } = recordingFetch({});
    expect(await connect({ url: "http://ingress", fetch }).serviceClient(greeter).ping()).toBeUndefined();
  });

  it("clients are no promises", async () => {
    const { fetch, requests } = recordingFetch({});
    const client = connect({ url: "http://ingress", fetch }).serviceClient(greeter);
    expect(await client).toBe(client);
    expect(requests).toEqual([]);
  });
});
