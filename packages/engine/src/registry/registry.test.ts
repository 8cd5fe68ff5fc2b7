import { object, service, workflow } from "@perdure/sdk";
import { bindEndpoint, toManifest } from "@perdure/sdk/internal";
import { describe, expect, test } from "vitest";
import { IN_PROCESS_DEPLOYMENT_ID } from "./deployment-id.ts";
import { ENGINE_DEFAULTS } from "./engine-defaults.ts";
import type { DiscoveredManifest } from "./manifest.ts";
import { type Registered, type Registration, Registry } from "./registry.ts";
import { COUNTER, GREETER, manifestOf, SIGNUP } from "./testing/manifests.ts";

const placeAt = (uri: string) => ({ type: "http", uri, useHttp11: false, additionalHeaders: {} }) as const;

let ids = 0;

function register(
  registry: Registry,
  manifest: DiscoveredManifest,
  options: Partial<Registration> = {},
): Registered {
  ids += 1;
  return registry.register({
    place: placeAt(`http://h${ids}/`),
    manifest,
    nowMs: ids,
    newId: `dp_${ids}`,
    ...options,
  });
}

/** What another engine knows that starts on the same store. */
function restarted(writes: readonly Registered["writes"][number][]): Registry {
  const latest = new Map(writes.map(({ key, value }) => [key, value]));
  const registry = new Registry();
  for (const [key, value] of latest) {
    if (value !== undefined) expect(registry.load(key, value)).toBe(true);
  }
  return registry;
}

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

  test("an operator's before all of them, until the next revision", () => {
    const registry = new Registry();
    const manifest = manifestOf({ ...COUNTER, ...ofService, handlers: [{ name: "own", ...ofHandler }] });
    const { writes } = register(registry, manifest, { place: placeAt("http://a/") });
    const first = registry.patch("counter", { public: false, abortTimeoutMs: 0 });
    const second = registry.patch("counter", { public: undefined, journalRetentionMs: 33 });
    for (const known of [registry, restarted([...writes, ...first.writes, ...second.writes])]) {
      expect(optionsOf(known, "own")).toMatchObject({
        isPublic: false,
        abortTimeoutMs: 0,
        journalRetentionMs: 33,
        inactivityTimeoutMs: 1,
      });
      expect(known.service("counter")?.options).toMatchObject({ isPublic: false, abortTimeoutMs: 0 });
    }
    expect(second.service).toBe(registry.service("counter"));
    register(registry, manifest, { place: placeAt("http://a/") });
    expect(optionsOf(registry, "own")).toMatchObject({
      isPublic: true,
      abortTimeoutMs: 2,
      journalRetentionMs: 3,
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

describe("revisions", () => {
  const shared = { name: "get", ty: "SHARED" } as const;

  test("a newer deployment takes a service over; the older one keeps its own", () => {
    const registry = new Registry();
    const first = register(registry, manifestOf(GREETER, COUNTER));
    const second = register(registry, manifestOf({ ...COUNTER, handlers: [shared] }));
    const known = restarted([...first.writes, ...second.writes]);
    for (const each of [registry, known]) {
      expect(each.service("counter")).toMatchObject({ deploymentId: second.deployment.id, revision: 2 });
      expect(each.service("greeter")).toMatchObject({ deploymentId: first.deployment.id, revision: 1 });
      expect(each.handlerAt(first.deployment.id, "counter", "add")?.kind).toBe("exclusive");
      expect(each.handlerAt(second.deployment.id, "counter", "add")).toBeUndefined();
      expect(each.deployments()).toEqual([first.deployment, second.deployment]);
      expect(each.services().map(({ name }) => name)).toEqual(["counter", "greeter"]);
    }
    expect(second.deployment.services).toEqual([{ name: "counter", revision: 2 }]);
  });

  test("a known address gets the new manifest under its old id", () => {
    const registry = new Registry();
    const place = placeAt("http://here/");
    const first = register(registry, manifestOf(GREETER, COUNTER), { place, metadata: { a: "b" } });
    const again = register(registry, manifestOf(GREETER), { place });
    expect(first.created && !again.created).toBe(true);
    expect(again.deployment).toMatchObject({
      id: first.deployment.id,
      createdAtMs: first.deployment.createdAtMs,
      metadata: { a: "b" },
      services: [{ name: "greeter", revision: 2 }],
    });
    expect(registry.service("counter")).toBeUndefined();
    expect(registry.findByUri("http://here/")).toEqual(again.deployment);
    expect(restarted([...first.writes, ...again.writes]).deployments()).toEqual([again.deployment]);
  });

  test("a service of another kind needs to be allowed", () => {
    const registry = new Registry();
    register(registry, manifestOf(GREETER));
    const other = manifestOf({ ...COUNTER, name: "greeter" });
    expect(() => register(registry, other)).toThrow(
      expect.objectContaining({
        status: 409,
        restateCode: "META0006",
        message: expect.stringContaining("greeter"),
      }),
    );
    expect(registry.deployments()).toHaveLength(1);
    expect(register(registry, other, { breaking: true }).services[0]).toMatchObject({
      kind: "object",
      revision: 2,
    });
  });

  test("a handler may go without asking", () => {
    const registry = new Registry();
    register(registry, manifestOf(COUNTER));
    register(registry, manifestOf({ ...COUNTER, handlers: [shared] }));
    expect([...(registry.service("counter")?.handlers.keys() ?? [])]).toEqual(["get"]);
  });

  test("a dry run says the same and changes nothing", () => {
    const registry = new Registry();
    const dry = register(registry, manifestOf(GREETER), { dryRun: true, newId: "dp_x", nowMs: 5 });
    expect(registry.deployments()).toEqual([]);
    expect(dry.writes).toEqual([]);
    const place = dry.deployment.place;
    const { writes, ...wet } = register(registry, manifestOf(GREETER), { newId: "dp_x", nowMs: 5, place });
    expect({ ...wet, writes: [] }).toEqual(dry);
    expect(writes).toHaveLength(1);
  });

  test("removal gives a service back to its older revision, or ends it", () => {
    const registry = new Registry();
    const first = register(registry, manifestOf(GREETER, COUNTER));
    const second = register(registry, manifestOf(COUNTER, SIGNUP));
    const patched = registry.patch("signup", { public: false });
    const removal = registry.remove(second.deployment.id);
    const known = restarted([...first.writes, ...second.writes, ...patched.writes, ...removal]);
    for (const each of [registry, known]) {
      expect(each.service("counter")).toMatchObject({ deploymentId: first.deployment.id, revision: 1 });
      expect([each.service("signup"), each.deployment(second.deployment.id)]).toEqual([undefined, undefined]);
    }
    expect(removal.map(({ key }) => key)).toEqual([`d/${second.deployment.id}`, "x/signup"]);
  });

  test("what is not there can't be removed or changed", () => {
    const registry = new Registry();
    expect(() => registry.remove("dp_0")).toThrow(expect.objectContaining({ status: 404 }));
    expect(() => registry.patch("nobody", {})).toThrow(expect.objectContaining({ status: 404 }));
  });

  test("keys of others are left to them; a later format is refused", () => {
    const registry = new Registry();
    expect(registry.load("i/inv_1", new Uint8Array())).toBe(false);
    const later = new TextEncoder().encode('{"format":2}');
    expect(() => registry.load("d/dp_1", later)).toThrow(/"d\/dp_1"/);
  });
});

describe("services of this process", () => {
  const manifest = (handler: string): DiscoveredManifest =>
    toManifest(
      bindEndpoint({
        services: [service({ name: "greeter", handlers: { [handler]: async () => {} } })],
      }),
      { bidirectional: true },
    );

  test("are one deployment with the same id, and a new revision only when they changed", () => {
    const first = new Registry();
    const { writes, deployment, created } = first.registerInProcess({ manifest: manifest("a"), nowMs: 1 });
    expect([deployment.id, deployment.place, created]).toEqual([
      IN_PROCESS_DEPLOYMENT_ID,
      { type: "inProcess" },
      true,
    ]);
    const second = restarted(writes);
    const again = second.registerInProcess({ manifest: manifest("a"), nowMs: 2 });
    expect(again).toMatchObject({ created: false, writes: [], deployment: { createdAtMs: 1 } });
    expect(second.service("greeter")?.revision).toBe(1);
    const third = second.registerInProcess({ manifest: manifest("b"), nowMs: 3 });
    expect([third.created, third.writes.length, second.service("greeter")?.revision]).toEqual([false, 1, 2]);
    expect([...(second.service("greeter")?.handlers.keys() ?? [])]).toEqual(["b"]);
  });

  test("have an id in the server's spelling", () => {
    expect(IN_PROCESS_DEPLOYMENT_ID).toMatch(/^dp_1[0-9a-zA-Z]{22}$/);
  });
});
