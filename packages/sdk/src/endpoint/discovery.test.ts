import { describe, expect, it } from "vitest";
import { bindEndpoint } from "../definition/bind.ts";
import type { Context, ObjectContext, ObjectSharedContext, WorkflowContext } from "../definition/context.ts";
import type { EndpointOptions } from "../definition/endpoint-options.ts";
import { handlers } from "../definition/handlers.ts";
import { object } from "../definition/object.ts";
import type { DefaultServiceOptions, HandlerOptions } from "../definition/options.ts";
import { service } from "../definition/service.ts";
import { workflow } from "../definition/workflow.ts";
import { toManifestJson } from "../protocol/manifest.ts";
import type { ManifestVersion } from "../protocol/versions.ts";
import type { Serde } from "../serde/serde.ts";
import { serde } from "../serde/serdes.ts";
import { toManifest } from "./discovery.ts";

function manifestOf(
  services: EndpointOptions["services"],
  version: ManifestVersion,
  defaultServiceOptions?: DefaultServiceOptions,
): unknown {
  const endpoint = bindEndpoint({ services, defaultServiceOptions });
  return JSON.parse(JSON.stringify(toManifestJson(toManifest(endpoint, { bidirectional: true }), version)));
}

const json = {
  input: { required: false, contentType: "application/json" },
  output: { setContentTypeIfEmpty: false, contentType: "application/json" },
};

const greeter = service({
  name: "greeter",
  description: "Greets",
  metadata: { team: "a" },
  handlers: {
    greet: handlers.handler(
      { description: "One greeting", metadata: { k: "v" } },
      async (_ctx: Context, name: string) => name,
    ),
  },
});
const counter = object({
  name: "counter",
  handlers: {
    add: async (_ctx: ObjectContext, amount: number) => amount,
    current: handlers.object.shared(async (_ctx: ObjectSharedContext) => 1),
  },
});
const order = workflow({
  name: "order",
  handlers: { run: async (_ctx: WorkflowContext) => 1, status: async () => 2 },
});

const kinds = {
  protocolMode: "BIDI_STREAM",
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  services: [
    {
      name: "greeter",
      ty: "SERVICE",
      documentation: "Greets",
      metadata: { team: "a" },
      handlers: [{ name: "greet", ...json, documentation: "One greeting", metadata: { k: "v" } }],
    },
    {
      name: "counter",
      ty: "VIRTUAL_OBJECT",
      handlers: [
        { name: "add", ty: "EXCLUSIVE", ...json },
        { name: "current", ty: "SHARED", ...json },
      ],
    },
    {
      name: "order",
      ty: "WORKFLOW",
      handlers: [
        { name: "run", ty: "WORKFLOW", ...json },
        { name: "status", ty: "SHARED", ...json },
      ],
    },
  ],
};

const timed: DefaultServiceOptions = {
  inactivityTimeout: { seconds: 1.5 },
  abortTimeout: 1000.4,
  journalRetention: { days: 1 },
  idempotencyRetention: { hours: 1, minutes: 1 },
  enableLazyState: true,
  ingressPrivate: false,
  workflowRetention: { milliseconds: 5 },
};

const timedJson = {
  inactivityTimeout: 1500,
  abortTimeout: 1000,
  journalRetention: 86_400_000,
  idempotencyRetention: 3_660_000,
  ingressPrivate: false,
};

describe("the manifest", () => {
  it.each([2, 3, 4] as const)("of all kinds of service, version %i", (version) => {
    expect(manifestOf([greeter, counter, order], version)).toEqual(kinds);
  });

  it.each([3, 4] as const)("has timeouts and retentions in whole milliseconds, version %i", (version) => {
    expect(manifestOf([greeter, order], version, timed)).toEqual({
      ...kinds,
      services: [
        { ...kinds.services[0], ...timedJson },
        {
          ...kinds.services[2],
          ...timedJson,
          enableLazyState: true,
          handlers: [
            { name: "run", ty: "WORKFLOW", ...json, workflowCompletionRetention: 5 },
            { name: "status", ty: "SHARED", ...json },
          ],
        },
      ],
    });
  });

  it("has retry policies of services and handlers, version 4", () => {
    const retrying = service({
      name: "retrying",
      options: {
        retryPolicy: {
          initialInterval: { seconds: 1 },
          maxInterval: 5000,
          maxAttempts: 3,
          exponentiationFactor: 1.5,
          onMaxAttempts: "kill",
        },
      },
      handlers: {
        once: handlers.handler({ retryPolicy: { onMaxAttempts: "pause" } }, async (_ctx: Context) => 1),
      },
    });
    expect(manifestOf([retrying], 4)).toMatchObject({
      services: [
        {
          retryPolicyInitialInterval: 1000,
          retryPolicyMaxInterval: 5000,
          retryPolicyMaxAttempts: 3,
          retryPolicyExponentiationFactor: 1.5,
          retryPolicyOnMaxAttempts: "KILL",
          handlers: [{ name: "once", ...json, retryPolicyOnMaxAttempts: "PAUSE" }],
        },
      ],
    });
    expect(() => manifestOf([retrying], 3)).toThrow(/retryPolicy.* needs discovery version 4/);
  });

  it.each<[string, DefaultServiceOptions]>([
    ["inactivityTimeout", { inactivityTimeout: 1 }],
    ["ingressPrivate", { ingressPrivate: true }],
  ])("cannot say %s in version 2", (field, options) => {
    expect(() => manifestOf([greeter], 2, options)).toThrow(`${field} needs discovery version 3`);
  });

  it("names the mode and what Lambda can take", () => {
    const endpoint = bindEndpoint({ services: [greeter] });
    const manifest = toManifest(endpoint, { bidirectional: false, lambdaCompression: "zstd" });
    expect(toManifestJson(manifest, 4)).toMatchObject({
      protocolMode: "REQUEST_RESPONSE",
      lambdaCompression: "zstd",
    });
    expect(toManifestJson(manifest, 3)).not.toHaveProperty("lambdaCompression");
  });
});

describe("inputs and outputs", () => {
  const schema = { type: "string" };
  const withoutType: Serde<string> = {
    jsonSchema: schema,
    serialize: () => new Uint8Array(0),
    deserialize: () => "",
  };

  it.each<[string, HandlerOptions, object, object]>([
    ["no value at all", { input: serde.empty, output: serde.empty }, {}, { setContentTypeIfEmpty: false }],
    [
      "bytes, of which others are accepted",
      {
        input: serde.binary,
        accept: "image/*",
        output: serde.binary,
        setOutputContentTypeIfEmpty: true,
      },
      { required: false, contentType: "image/*" },
      { contentType: "application/octet-stream", setContentTypeIfEmpty: true },
    ],
    [
      "a schema",
      { input: new serde.JsonSerde(schema), output: new serde.JsonSerde(schema) },
      { required: false, contentType: "application/json", jsonSchema: schema },
      { contentType: "application/json", setContentTypeIfEmpty: false, jsonSchema: schema },
    ],
    [
      "a schema without a content type",
      { input: withoutType, output: withoutType },
      { required: false, jsonSchema: schema },
      { contentType: "application/json", setContentTypeIfEmpty: false, jsonSchema: schema },
    ],
  ])("of %s", (_, options, input, output) => {
    const one = service({
      name: "one",
      handlers: { it: handlers.handler(options, async () => undefined) },
    });
    expect(manifestOf([one], 4)).toMatchObject({ services: [{ handlers: [{ name: "it" }] }] });
    const [first] = (manifestOf([one], 4) as { services: { handlers: object[] }[] }).services;
    expect(first?.handlers).toEqual([{ name: "it", input, output }]);
  });

  it("announces serdes with a preview beside the service's own metadata", () => {
    const preview = { toJsonString: () => "1", fromJsonString: () => 1 };
    const shown = { ...serde.json, serialize: () => new Uint8Array(0), deserialize: () => 1, preview };
    const one = service({
      name: "one",
      metadata: { team: "a" },
      handlers: { it: handlers.handler({ input: shown }, async (_ctx: Context, _input: unknown) => 1) },
    });
    expect(manifestOf([one], 2)).toMatchObject({
      services: [{ metadata: { team: "a", "dev.restate.serde.preview.it/input": "true" } }],
    });
  });
});
