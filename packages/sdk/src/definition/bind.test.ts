import { describe, expect, it } from "vitest";
import { TerminalError } from "../errors.ts";
import { jsonSerde } from "../serde/json.ts";
import { serde } from "../serde/serdes.ts";
import { bindEndpoint, bindService } from "./bind.ts";
import { handlers } from "./handlers.ts";
import type { HooksProvider } from "./hooks.ts";
import { iface } from "./iface.ts";
import { object } from "./object.ts";
import type { HandlerOptions, ServiceLevelOptions } from "./options.ts";
import { service } from "./service.ts";
import { workflow } from "./workflow.ts";

const plain = async () => 1;
const hook =
  (_name: string): HooksProvider =>
  () => ({});

/** The bound handler of a service with these options on each level. */
function bound(own: HandlerOptions, options?: ServiceLevelOptions, defaults?: ServiceLevelOptions) {
  const definition = service({ name: "s", handlers: { h: handlers.handler(own as never, plain) }, options });
  const service_ = bindService(definition, defaults);
  return { service: service_, handler: service_.handlers.get("h")! };
}

describe("precedence", () => {
  const [a, b, c] = [serde.binary, serde.schema(iface as never) as never, jsonSerde];

  it.each<[string, HandlerOptions, ServiceLevelOptions, ServiceLevelOptions, unknown]>([
    ["the handler's", { serde: a }, { serde: b }, { serde: c }, a],
    ["the service's", {}, { serde: a }, { serde: b }, a],
    ["the endpoint's", {}, {}, { serde: a }, a],
    ["the default", {}, {}, {}, jsonSerde],
    [
      "the next level's where one says undefined",
      { serde: undefined },
      { serde: undefined },
      { serde: a },
      a,
    ],
  ])("takes %s serde", (_name, own, options, defaults, expected) => {
    const { handler } = bound(own, options, defaults);
    expect(handler.serde).toBe(expected);
    expect(handler.input).toBe(expected);
    expect(handler.output).toBe(expected);
  });

  it("takes input and output before any serde", () => {
    const { handler } = bound({ input: a, serde: c }, { serde: c });
    expect(handler).toMatchObject({ input: a, output: c, serde: c });
  });

  it("puts the service's hooks around the handler's, and the endpoint's only where there are none", () => {
    const [h, s, e] = [hook("h"), hook("s"), hook("e")];
    expect(bound({ hooks: [h] }, { hooks: [s] }, { hooks: [e] }).handler.hooks).toEqual([s, h]);
    expect(bound({ hooks: [h] }, {}, { hooks: [e] }).handler.hooks).toEqual([e, h]);
    expect(bound({}).handler.hooks).toEqual([]);
  });

  it("replaces whole options of the endpoint", () => {
    const { service: result } = bound(
      {},
      { retryPolicy: { maxAttempts: 3 }, inactivityTimeout: 1 },
      { retryPolicy: { maxInterval: 9 }, inactivityTimeout: 2, abortTimeout: 3 },
    );
    expect(result.options).toEqual({
      retryPolicy: { maxAttempts: 3 },
      inactivityTimeout: 1,
      abortTimeout: 3,
    });
  });

  it("leaves to the handler's options what it declares itself", () => {
    const { handler } = bound({ inactivityTimeout: 1 }, { abortTimeout: 2 });
    expect(handler.options).toEqual({ inactivityTimeout: 1 });
  });

  it("settles what happens on errors", () => {
    const asTerminalError = () => new TerminalError("no");
    expect(bound({}).handler).toMatchObject({
      asTerminalError: undefined,
      explicitCancellation: false,
      onJournalMismatchErrors: "retry",
    });
    const { handler } = bound(
      { onJournalMismatchErrors: "fail" },
      { asTerminalError, explicitCancellation: true },
    );
    expect(handler).toMatchObject({ explicitCancellation: true, onJournalMismatchErrors: "fail" });
    expect(handler.asTerminalError?.(new Error("x"))?.message).toBe("no");
  });

  it("keeps from the endpoint only what fits the kind", () => {
    const defaults = { enableLazyState: true, workflowRetention: 5 };
    const run = async () => 1;
    expect(bound({}, {}, defaults).service.options).toEqual({});
    expect(bindService(object({ name: "o", handlers: { run } }), defaults).options).toEqual({
      enableLazyState: true,
    });
    expect(bindService(workflow({ name: "w", handlers: { run } }), defaults).options).toEqual(defaults);
  });
});

describe("bindEndpoint", () => {
  const first = service({ name: "first", handlers: { plain } });
  const second = object({ name: "second", handlers: { plain } });

  it("holds the services by name and the rest as given", () => {
    const logger = () => {};
    const journalValueCodecProvider = async () => ({
      encode: (b: Uint8Array) => b,
      decode: async (b: Uint8Array) => b,
    });
    const endpoint = bindEndpoint({
      services: [first, second],
      identityKeys: ["publickeyv1_x"],
      logger,
      journalValueCodecProvider,
    });
    expect([...endpoint.services.keys()]).toEqual(["first", "second"]);
    expect(endpoint).toMatchObject({ identityKeys: ["publickeyv1_x"], logger, journalValueCodecProvider });
    expect(bindEndpoint({ services: [] })).toEqual({
      services: new Map(),
      identityKeys: [],
      logger: undefined,
      journalValueCodecProvider: undefined,
    });
  });

  it("takes the same definition twice, but not two of one name", () => {
    expect([...bindEndpoint({ services: [first, first] }).services.keys()]).toEqual(["first"]);
    const other = service({ name: "first", handlers: { plain } });
    expect(() => bindEndpoint({ services: [first, other] })).toThrow('Two definitions are named "first"');
  });

  it.each<[string, unknown, string]>([
    ["a bare name", { name: "x" }, 'Cannot serve "x": it has no handlers'],
    ["a contract", iface.service("c", { h: iface.json() }), 'Cannot serve "c": it has no handlers'],
    ["undefined", undefined, "Cannot serve a value of type undefined"],
    ["null", null, "Cannot serve a value of type null"],
    ["no handlers at all", service({ name: "s", handlers: {} }), 'The service "s" has no handlers'],
    [
      "a handler name",
      service({ name: "s", handlers: { "a-b": plain } }),
      'The handler name "a-b" of "s" is not valid',
    ],
    ["a service name", service({ name: "a/b", handlers: { plain } }), 'The service name "a/b" has a "/"'],
  ])("refuses %s", (_name, definition, message) => {
    const bind = () => bindEndpoint({ services: [definition as never] });
    expect(bind).toThrow(TypeError);
    expect(bind).toThrow(message);
  });

  it("refuses options without services", () => {
    expect(() => bindEndpoint({} as never)).toThrow("The endpoint has no services");
  });
});

describe("options that cannot be", () => {
  const onService = (options: object) => () => bound({}, options);
  const onHandler = (options: object) => () => bound(options);

  it.each<[() => unknown, string]>([
    [
      onService({ inactivityTimeout: -1 }),
      'service "s": inactivityTimeout must be a duration of 0 or more, not -1',
    ],
    [onService({ abortTimeout: { seconds: Number.NaN } }), 'service "s": abortTimeout must be a duration'],
    [
      onHandler({ journalRetention: Number.POSITIVE_INFINITY }),
      'service "s", handler "h": journalRetention must be',
    ],
    [onHandler({ idempotencyRetention: { seconds: 1, days: -1 } }), "(-86399000 ms)"],
    [() => bound({}, {}, { abortTimeout: -1 }), "defaultServiceOptions: abortTimeout must be"],
    [
      onService({ retryPolicy: { maxAttempts: 0 } }),
      "retryPolicy.maxAttempts must be a whole number of at least 1",
    ],
    [onService({ retryPolicy: { maxAttempts: 1.5 } }), "retryPolicy.maxAttempts must be a whole number"],
    [
      onService({ retryPolicy: { exponentiationFactor: 0 } }),
      "exponentiationFactor must be a positive number",
    ],
    [onService({ retryPolicy: { initialInterval: -1 } }), "retryPolicy.initialInterval must be a duration"],
    [onService({ retryPolicy: { maxInterval: Number.NaN } }), "retryPolicy.maxInterval must be a duration"],
    [
      onService({ retryPolicy: { onMaxAttempts: "stop" } }),
      "onMaxAttempts must be one of pause, kill, not stop",
    ],
    [onHandler({ onJournalMismatchErrors: "ignore" }), "must be one of retry, pause, fail, not ignore"],
    [onService({ hooks: () => ({}) }), "hooks must be an array of functions"],
    [onHandler({ hooks: [{}] }), "hooks must be an array of functions"],
    [onService({ serde: {} }), "serde must have the methods serialize and deserialize"],
    [onService({ enableLazyState: true }), "enableLazyState has no meaning here, a service has no state"],
    [onService({ workflowRetention: 1 }), "workflowRetention has no meaning here, it is for workflows only"],
    [onHandler({ workflowRetention: 1 }), "it is an option of the workflow, not of a handler"],
    [
      () =>
        bindService(
          workflow({
            name: "w",
            handlers: { run: handlers.workflow.workflow({ idempotencyRetention: 1 }, async () => 1) },
          }),
        ),
      'workflow "w", handler "run": idempotencyRetention has no meaning here',
    ],
  ])("%#: %s", (bind, message) => {
    expect(bind).toThrow(TypeError);
    expect(bind).toThrow(message);
  });

  it("takes the least of each", () => {
    const retryPolicy = { maxAttempts: 1, exponentiationFactor: 0.1, initialInterval: 0, maxInterval: 0 };
    expect(onService({ inactivityTimeout: 0, abortTimeout: {}, retryPolicy })).not.toThrow();
  });
});
