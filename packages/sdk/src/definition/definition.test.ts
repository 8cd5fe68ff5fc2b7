import { describe, expect, it } from "vitest";
import { jsonSerde } from "../serde/json.ts";
import { serde } from "../serde/serdes.ts";
import { bindService } from "./bind.ts";
import type { Context, ObjectContext, WorkflowContext, WorkflowSharedContext } from "./context.ts";
import { handlersOf, isDefinitionValue } from "./definition.ts";
import {
  createObjectHandler,
  createObjectSharedHandler,
  createServiceHandler,
  createWorkflowHandler,
  createWorkflowSharedHandler,
  handlers,
} from "./handlers.ts";
import { object } from "./object.ts";
import { service } from "./service.ts";
import { workflow } from "./workflow.ts";

const run = async (_ctx: WorkflowContext) => "done";
const plain = async () => "plain";

function kindsOf(definition: Parameters<typeof bindService>[0]): Record<string, string> {
  const kinds = [...bindService(definition).handlers].map(([name, handler]) => [name, handler.kind]);
  return Object.fromEntries(kinds);
}

describe("kinds of handlers", () => {
  it("makes a service's handlers service handlers", () => {
    const definition = service({ name: "s", handlers: { bare: plain, made: handlers.handler({}, plain) } });
    expect(kindsOf(definition)).toEqual({ bare: "service", made: "service" });
  });

  it("makes an object's bare handlers exclusive", () => {
    const definition = object({
      name: "o",
      handlers: {
        bare: plain,
        exclusive: handlers.object.exclusive(plain),
        shared: handlers.object.shared(plain),
      },
    });
    expect(kindsOf(definition)).toEqual({ bare: "exclusive", exclusive: "exclusive", shared: "shared" });
  });

  it("makes a workflow's handlers shared, but for run", () => {
    const definition = workflow({
      name: "w",
      handlers: { run, bare: plain, shared: handlers.workflow.shared(plain) },
    });
    expect(kindsOf(definition)).toEqual({ run: "workflow", bare: "shared", shared: "shared" });
  });

  it("has the long names as well", () => {
    expect(createServiceHandler).toBe(handlers.handler);
    expect(createObjectHandler).toBe(handlers.object.exclusive);
    expect(createObjectSharedHandler).toBe(handlers.object.shared);
    expect(createWorkflowHandler).toBe(handlers.workflow.workflow);
    expect(createWorkflowSharedHandler).toBe(handlers.workflow.shared);
  });
});

describe("a handler", () => {
  it("has the author's object as this", async () => {
    const definition = service({
      name: "s",
      handlers: {
        double: async (_ctx: Context, n: number) => 2 * n,
        async quadruple(ctx: Context, n: number): Promise<number> {
          return this.double(ctx, await this.double(ctx, n));
        },
      },
    });
    const bound = bindService(definition).handlers.get("quadruple");
    expect(await bound?.invoke(undefined, 3)).toBe(12);
  });

  it("gets its context and its input", async () => {
    const seen: unknown[] = [];
    const echo = async (ctx: Context, input: string) => {
      seen.push(ctx, input);
      return input;
    };
    const bound = bindService(service({ name: "s", handlers: { echo } })).handlers.get("echo");
    const ctx = { marker: true };
    expect(await bound?.invoke(ctx, "hi")).toBe("hi");
    expect(seen).toEqual([ctx, "hi"]);
  });

  it("may be used under several names and in several definitions", () => {
    const shared = handlers.object.shared({ description: "reads" }, plain);
    const first = object({ name: "a", handlers: { one: shared, two: shared, three: plain } });
    const second = object({ name: "b", handlers: { four: shared, five: plain } });
    expect(kindsOf(first)).toEqual({ one: "shared", two: "shared", three: "exclusive" });
    expect(kindsOf(second)).toEqual({ four: "shared", five: "exclusive" });
    expect(kindsOf(service({ name: "c", handlers: { six: plain } }))).toEqual({ six: "service" });
  });

  it("is returned as it is when wrapped again", () => {
    const once = handlers.object.shared({ description: "reads" }, plain);
    expect(handlers.object.exclusive(once as never)).toBe(once);
  });
});

describe("what a definition carries", () => {
  const custom = serde.binary;
  const definition = object({
    name: "o",
    description: "an object",
    metadata: { team: "a" },
    handlers: {
      bare: plain,
      own: handlers.object.shared(
        { input: serde.json, output: custom, description: "d", metadata: { k: "v" } },
        async () => new Uint8Array(),
      ),
    },
    options: { serde: custom },
  });

  it("is told apart from a bare name", () => {
    expect(isDefinitionValue(definition)).toBe(true);
    expect(isDefinitionValue({ name: "o" })).toBe(false);
    expect(isDefinitionValue(null as never)).toBe(false);
  });

  it("has name, kind, documentation and handlers", () => {
    expect(definition).toMatchObject({
      name: "o",
      _kind: "object",
      description: "an object",
      metadata: { team: "a" },
      options: { serde: custom },
    });
    expect(Object.keys(handlersOf(definition as never))).toEqual(["bare", "own"]);
  });

  it("has a descriptor per handler, with the serdes it names", () => {
    expect((definition as unknown as { _handlers: unknown })._handlers).toEqual({
      bare: { _inputSerde: custom, _outputSerde: custom, _shared: false },
      own: {
        _inputSerde: jsonSerde,
        _outputSerde: custom,
        _shared: true,
        _description: "d",
        _metadata: { k: "v" },
      },
    });
  });

  it("survives handlers that are named like members of every object", () => {
    const names = ["constructor", "toString", "then"];
    const odd = service({ name: "s", handlers: Object.fromEntries(names.map((name) => [name, plain])) });
    expect(Object.keys(kindsOf(odd))).toEqual(names);
  });
});

describe("definitions that cannot be", () => {
  const objectHandler = async (_ctx: ObjectContext) => 1;
  const sharedHandler = async (_ctx: WorkflowSharedContext) => 1;

  it.each<[string, () => unknown, string]>([
    [
      "no configuration",
      () => service(undefined as never),
      "service(): pass an object with a name and handlers",
    ],
    ["no name", () => object({ handlers: {} } as never), "object(): the name is missing"],
    ["an empty name", () => service({ name: "", handlers: {} }), "service(): the name is missing"],
    ["no handlers", () => service({ name: "s" } as never), 'service("s"): the handlers are missing'],
    [
      "a handler that is no function",
      () => service({ name: "s", handlers: { x: 1 } } as never),
      'service("s"): handler "x" is not a function but number',
    ],
    [
      "a handler that is null",
      () => service({ name: "s", handlers: { x: null } } as never),
      'handler "x" is not a function but null',
    ],
    [
      "an object's handler in a service",
      () => service({ name: "s", handlers: { x: handlers.object.exclusive(objectHandler) } } as never),
      'service("s"): handler "x" was made for another kind (exclusive); here it must be service',
    ],
    [
      "a service's handler in an object",
      () => object({ name: "o", handlers: { x: handlers.handler({}, plain) } }),
      'object("o"): handler "x" was made for another kind (service); here it must be exclusive or shared',
    ],
    ["a workflow without run", () => workflow({ name: "w", handlers: {} } as never), '"run" is missing'],
    [
      "a run that is shared",
      () => workflow({ name: "w", handlers: { run: handlers.workflow.shared(sharedHandler) } }),
      'workflow("w"): handler "run" was made for another kind (shared); here it must be workflow',
    ],
    [
      "a second workflow handler",
      () => workflow({ name: "w", handlers: { run, again: handlers.workflow.workflow(run) } } as never),
      'workflow("w"): handler "again" was made for another kind (workflow); here it must be shared',
    ],
    ...["workflowSubmit", "workflowAttach", "workflowOutput"].map((name): [string, () => unknown, string] => [
      `the reserved name ${name}`,
      () => workflow({ name: "w", handlers: { run, [name]: plain } } as never),
      `workflow("w"): the handler name "${name}" is reserved`,
    ]),
    [
      "a factory without a function",
      () => handlers.object.shared({} as never),
      "handlers.object.shared(): the handler function is missing",
    ],
    [
      "a factory with options that are none",
      () => handlers.handler(null as never, plain),
      "handlers.handler(): the options must be an object, not null",
    ],
  ])("throws for %s", (_name, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});
