import { describe, expect, it } from "vitest";
import * as z from "zod";
import { jsonSerde } from "../serde/json.ts";
import { serde } from "../serde/serdes.ts";
import { bindService } from "./bind.ts";
import { describeHandler } from "./describe.ts";
import { handlers } from "./handlers.ts";
import { iface } from "./iface.ts";
import { implement } from "./implement.ts";
import { service } from "./service.ts";

const greeter = iface.service(
  "greeter",
  {
    greet: iface.schemas({ input: z.object({ name: z.string() }), output: z.string() }),
    raw: iface.serdes({ input: serde.binary, description: "bytes", metadata: { a: "1" } }),
    ping: iface.json<void, string>(),
  },
  { description: "greets", metadata: { team: "x" } },
);

const greeterHandlers = {
  greet: async (_ctx: unknown, request: { name: string }) => `Hello, ${request.name}!`,
  raw: async () => {},
  ping: async () => "pong",
};

const counter = iface.object("counter", {
  add: iface.json<number, number>(),
  current: iface.shared.json<void, number>(),
});

const order = iface.workflow("order", {
  run: iface.json<string, string>(),
  cancel: iface.json(),
});

describe("iface", () => {
  it("makes values without any implementation", () => {
    expect(greeter).toMatchObject({
      name: "greeter",
      _kind: "service",
      _description: "greets",
      _metadata: { team: "x" },
      _handlers: { ping: {}, raw: { _inputSerde: serde.binary, _description: "bytes" } },
    });
    expect(counter._handlers.current).toEqual({ _shared: true });
    expect(counter._handlers.add).toEqual({ _shared: false });
    expect(order._kind).toBe("workflow");
  });

  it("checks schemas", () => {
    const input = greeter._handlers.greet._inputSerde;
    expect(() => input?.deserialize(new TextEncoder().encode("{}"))).toThrow("(at /name)");
  });

  it.each([
    [() => iface.service("", {}), "iface.service(): the name is missing"],
    [() => iface.object("o", undefined as never), 'iface.object("o"): the handlers are missing'],
  ])("refuses what is no contract", (make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

describe("implement", () => {
  it("makes a definition that is the contract, too", async () => {
    const implemented = implement(greeter, { handlers: greeterHandlers });
    expect(implemented.name).toBe("greeter");
    expect(implemented._kind).toBe("service");
    const bound = bindService(implemented);
    expect(bound).toMatchObject({ kind: "service", description: "greets", metadata: { team: "x" } });
    expect(bound.handlers.get("raw")).toMatchObject({
      input: serde.binary,
      output: jsonSerde,
      options: { description: "bytes", metadata: { a: "1" } },
    });
    expect(await bound.handlers.get("greet")?.invoke(undefined, { name: "Ada" })).toBe("Hello, Ada!");
  });

  it("prefers its own documentation and adds options per handler", () => {
    const implemented = implement(greeter, {
      handlers: greeterHandlers,
      description: "says hello",
      metadata: { team: "y" },
      options: {
        ingressPrivate: true,
        handlers: { raw: { description: "other", inactivityTimeout: 5 }, ping: { serde: serde.binary } },
      },
    });
    const bound = bindService(implemented);
    expect(bound).toMatchObject({ description: "says hello", metadata: { team: "y" } });
    expect(bound.options).toEqual({ ingressPrivate: true });
    expect(bound.handlers.get("raw")?.options).toMatchObject({
      description: "other",
      metadata: { a: "1" },
      inactivityTimeout: 5,
    });
    expect(bound.handlers.get("ping")).toMatchObject({ input: serde.binary, output: serde.binary });
    expect(describeHandler(implemented, "ping")).toEqual({ input: serde.binary, output: serde.binary });
  });

  it("follows the contract's kinds", () => {
    const object = bindService(
      implement(counter, { handlers: { add: async () => 1, current: async () => 0 } }),
    );
    expect([...object.handlers.values()].map((handler) => handler.kind)).toEqual(["exclusive", "shared"]);
    const workflow = bindService(
      implement(order, { handlers: { run: async () => "", cancel: async () => {} } }),
    );
    expect([...workflow.handlers.values()].map((handler) => handler.kind)).toEqual(["workflow", "shared"]);
  });

  it("has the handlers given to it as this", async () => {
    const implemented = implement(counter, {
      handlers: {
        add: async (_ctx, amount) => amount + 1,
        async current() {
          return 41 + (await this.add(undefined as never, 0));
        },
      },
    });
    expect(await bindService(implemented).handlers.get("current")?.invoke(undefined, undefined)).toBe(42);
  });

  it("ignores handlers that the contract does not name", () => {
    const implemented = implement(counter, {
      handlers: { add: async () => 1, current: async () => 0, more: async () => 2 } as never,
    });
    expect([...bindService(implemented).handlers.keys()]).toEqual(["add", "current"]);
  });

  it("takes wrapped handlers with their options", () => {
    const implemented = implement(counter, {
      handlers: {
        add: handlers.object.exclusive({ inactivityTimeout: 7 }, async (_ctx, amount: number) => amount),
        current: async () => 0,
      },
    });
    expect(bindService(implemented).handlers.get("add")?.options.inactivityTimeout).toBe(7);
  });

  it.each([
    [
      () => implement(counter, { handlers: { add: async () => 1 } as never }),
      'implement(): missing handler "current" of object "counter"',
    ],
    [
      () => implement(iface.service("s", { toString: iface.json() }), { handlers: {} as never }),
      'implement(): missing handler "toString"',
    ],
    [
      () => implement(iface.workflow("w", { ask: iface.json() }), { handlers: { ask: async () => {} } }),
      '"run" is missing',
    ],
  ])("throws when something is missing", (make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

describe("describeHandler", () => {
  const plain = service({
    name: "s",
    handlers: {
      own: handlers.handler({ input: serde.binary }, async (_ctx, input) => input),
      bare: async () => 1,
    },
  });

  it.each<[string, unknown, string, unknown]>([
    ["a definition's own serdes", plain, "own", { input: serde.binary, output: undefined }],
    ["nothing of a bare handler", plain, "bare", { input: undefined, output: undefined }],
    ["a contract's serdes", greeter, "raw", { input: serde.binary, output: undefined }],
    ["no handler that is not there", plain, "toString", undefined],
    ["nothing of a mere name", { name: "s" }, "own", undefined],
    ["nothing of nothing", undefined, "own", undefined],
  ])("knows %s", (_name, definition, handler, expected) => {
    expect(describeHandler(definition, handler)).toEqual(expected);
  });
});
