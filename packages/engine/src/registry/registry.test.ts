import { object, service, workflow } from "@perdure/sdk";
import { bindEndpoint, toManifest } from "@perdure/sdk/internal";
import { describe, expect, test } from "vitest";
import { ENGINE_DEFAULTS } from "./engine-defaults.ts";
import { Registry } from "./registry.ts";
import { COUNTER, GREETER, manifestOf, SIGNUP } from "./testing/manifests.ts";
import { placeAt, register, restarted } from "./testing/registering.ts";

describe("what a manifest amounts to", () => {
  test("kinds, rules and defaults where it says nothing", () => {
    const registry = new Registry();
    const { services } = register(registry, manifestOf(GREETER, COUNTER, SIGNUP));
    const kinds = services.map(({ kind, handlers }) => [
      kind,
      [...handlers.values()].map((handler) => handler.kind),
    ]);
    expect(kinds).toEqual([
      ["service", ["service"]],
      ["object", ["exclusive", "shared"]],
      ["workflow", ["workflow", "shared"]],
    ]);
    expect(registry.service("greeter")?.handlers.get("greet")).toEqual({
      name: "greet",
      kind: "service",
      input: { required: false, contentType: "*/*", jsonSchema: undefined },
      output: { contentType: "application/json", setContentTypeIfEmpty: false, jsonSchema: undefined },
      own: { retryPolicy: {} },
      documentation: undefined,
      metadata: undefined,
      options: {
        isPublic: true,
        inactivityTimeoutMs: 60_000,
        abortTimeoutMs: 600_000,
        journalRetentionMs: 86_400_000,
        idempotencyRetentionMs: 86_400_000,
        workflowRetentionMs: 86_400_000,
        enableLazyState: false,
        retryPolicy: {
          initialIntervalMs: 500,
          factor: 2,
          maxIntervalMs: 60_000,
          maxAttempts: 70,
          onMaxAttempts: "pause",
        },
      },
    });
  });

  test.each([
    [{ input: {} }, { required: false, contentType: undefined, jsonSchema: undefined }],
    [{ input: { jsonSchema: {} } }, { required: false, contentType: "application/json", jsonSchema: {} }],
    [
      { input: { required: true, contentType: "a/*" } },
      { required: true, contentType: "a/*", jsonSchema: undefined },
    ],
  ])("the input %j", (fields, expected) => {
    const registry = new Registry();
    register(registry, manifestOf({ ...GREETER, handlers: [{ name: "greet", ...fields }] }));
    expect(registry.service("greeter")?.handlers.get("greet")?.input).toEqual(expected);
  });

  test.each([
    [{ output: {} }, { setContentTypeIfEmpty: false, contentType: undefined, jsonSchema: undefined }],
    [
      { output: { setContentTypeIfEmpty: true, jsonSchema: 1 } },
      { setContentTypeIfEmpty: true, contentType: "application/json", jsonSchema: 1 },
    ],
  ])("the output %j", (fields, expected) => {
    const registry = new Registry();
    register(registry, manifestOf({ ...GREETER, handlers: [{ name: "greet", ...fields }] }));
    expect(registry.service("greeter")?.handlers.get("greet")?.output).toEqual(expected);
  });
});

describe("which option holds", () => {
  const ofHandler = {
    inactivityTimeout: 1,
    abortTimeout: 2,
    journalRetention: 3,
    idempotencyRetention: 4,
    ingressPrivate: false,
    enableLazyState: false,
    retryPolicyMaxAttempts: 5,
  };
  const ofService = {
    inactivityTimeout: 11,
    abortTimeout: 12,
    journalRetention: 13,
    idempotencyRetention: 14,
    ingressPrivate: true,
    enableLazyState: true,
    retryPolicyInitialInterval: 15,
    retryPolicyOnMaxAttempts: "KILL",
  } as const;

  function optionsOf(registry: Registry, handler: string) {
    return registry.service("counter")?.handlers.get(handler)?.options;
  }

  test("a handler's before its service's before the engine's, each on its own", () => {
    const registry = new Registry();
    register(
      registry,
      manifestOf({ ...COUNTER, ...ofService, handlers: [{ name: "own", ...ofHandler }, { name: "none" }] }),
    );
    expect(optionsOf(registry, "own")).toEqual({
      isPublic: true,
      inactivityTimeoutMs: 1,
      abortTimeoutMs: 2,
      journalRetentionMs: 3,
      idempotencyRetentionMs: 4,
      workflowRetentionMs: 86_400_000,
      enableLazyState: false,
      retryPolicy: {
        ...ENGINE_DEFAULTS.retryPolicy,
        initialIntervalMs: 15,
        maxAttempts: 5,
        onMaxAttempts: "kill",
      },
    });
    const ofNone = optionsOf(registry, "none");
    expect(ofNone).toMatchObject({
      isPublic: false,
      inactivityTimeoutMs: 11,
      abortTimeoutMs: 12,
      enableLazyState: true,
    });
    expect(ofNone).toEqual(registry.service("counter")?.options);
  });

  test("an operator's before the service's, until the next revision", () => {
    const registry = new Registry();
    const manifest = manifestOf({
      ...COUNTER,
      ...ofService,
      handlers: [{ name: "own", ...ofHandler }, { name: "none" }],
    });
    const { writes } = register(registry, manifest, { place: placeAt("http://a/") });
    const first = registry.patch("counter", { public: false, abortTimeoutMs: 0 });
    const second = registry.patch("counter", { public: undefined, journalRetentionMs: 33 });
    for (const known of [registry, restarted([...writes, ...first.writes, ...second.writes])]) {
      expect(optionsOf(known, "none")).toMatchObject({
        isPublic: false,
        abortTimeoutMs: 0,
        journalRetentionMs: 33,
        inactivityTimeoutMs: 11,
      });
      expect(optionsOf(known, "own"), "what a handler says itself holds").toMatchObject({
        isPublic: true,
        abortTimeoutMs: 2,
        journalRetentionMs: 3,
        inactivityTimeoutMs: 1,
      });
      expect(known.service("counter")?.options).toMatchObject({ isPublic: false, abortTimeoutMs: 0 });
    }
    expect(second.service).toBe(registry.service("counter"));
    register(registry, manifest, { place: placeAt("http://a/") });
    expect(optionsOf(registry, "none")).toMatchObject({
      isPublic: false,
      abortTimeoutMs: 12,
      journalRetentionMs: 13,
    });
  });

  test("a workflow's retention is that of its run", () => {
    const registry = new Registry();
    const handlers = [
      { name: "run", workflowCompletionRetention: 9 },
      { name: "ask", ty: "SHARED" },
    ] as const;
    register(registry, manifestOf({ ...SIGNUP, handlers }));
    expect(registry.service("signup")?.options.workflowRetentionMs).toBe(9);
    expect(registry.service("signup")?.handlers.get("run")?.options.workflowRetentionMs).toBe(9);
    expect(registry.patch("signup", { workflowRetentionMs: 10 }).service.options.workflowRetentionMs).toBe(
      10,
    );
  });

  test.each([
    [99, 100, 99],
    [100, 100, 100],
    [101, 100, 100],
    [101, undefined, 101],
  ])("a value of %s under a cap of %s counts as %s", (value, cap, counts) => {
    const caps = {
      journalRetentionMs: cap,
      idempotencyRetentionMs: cap,
      workflowRetentionMs: cap,
      retryMaxAttempts: cap,
    };
    const registry = new Registry({ defaults: { ...ENGINE_DEFAULTS, caps } });
    const retentions = {
      journalRetention: value,
      idempotencyRetention: value,
      retryPolicyMaxAttempts: value,
    };
    const handlers = [{ name: "run", workflowCompletionRetention: value }];
    register(registry, manifestOf({ ...SIGNUP, ...retentions, handlers }));
    expect(registry.service("signup")?.options).toMatchObject({
      journalRetentionMs: counts,
      idempotencyRetentionMs: counts,
      workflowRetentionMs: counts,
      retryPolicy: { maxAttempts: counts },
    });
  });

  test("unlimited attempts of the engine are limited by its cap; none at all count as one", () => {
    const retryPolicy = { ...ENGINE_DEFAULTS.retryPolicy, maxAttempts: undefined };
    const attemptsOf = (caps: object, fields: object = {}) => {
      const registry = new Registry({ defaults: { ...ENGINE_DEFAULTS, retryPolicy, caps } });
      register(registry, manifestOf({ ...GREETER, ...fields }));
      return registry.service("greeter")?.options.retryPolicy.maxAttempts;
    };
    expect(attemptsOf({})).toBeUndefined();
    expect(attemptsOf({ retryMaxAttempts: 3 })).toBe(3);
    expect(attemptsOf({}, { retryPolicyMaxAttempts: 0 })).toBe(1);
  });

  test("durations of definitions come through the very same manifest", () => {
    const endpoint = bindEndpoint({
      services: [
        service({
          name: "s",
          handlers: { h: async () => {} },
          options: { inactivityTimeout: { seconds: 2 } },
        }),
        object({ name: "o", handlers: { h: async () => {} }, options: { enableLazyState: true } }),
        workflow({
          name: "w",
          handlers: { run: async () => {} },
          options: { workflowRetention: { hours: 1 } },
        }),
      ],
    });
    const registry = new Registry();
    registry.registerInProcess({ manifest: toManifest(endpoint, { bidirectional: true }), nowMs: 1 });
    expect(registry.service("s")?.handlers.get("h")?.options.inactivityTimeoutMs).toBe(2000);
    expect(registry.service("o")?.handlers.get("h")?.options.enableLazyState).toBe(true);
    expect(registry.service("w")?.handlers.get("run")?.options.workflowRetentionMs).toBe(3_600_000);
  });
});
