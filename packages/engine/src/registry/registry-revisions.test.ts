import { service } from "@perdure/sdk";
import { bindEndpoint, toManifest } from "@perdure/sdk/internal";
import { describe, expect, test } from "vitest";
import { IN_PROCESS_DEPLOYMENT_ID } from "./deployment-id.ts";
import type { DiscoveredManifest } from "./manifest.ts";
import { Registry } from "./registry.ts";
import { COUNTER, GREETER, manifestOf, SIGNUP } from "./testing/manifests.ts";
import { placeAt, register, restarted } from "./testing/registering.ts";

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
