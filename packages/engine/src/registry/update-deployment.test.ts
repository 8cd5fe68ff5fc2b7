import { describe, expect, test } from "vitest";
import { type RegisterContext, registerDeployment } from "./register-deployment.ts";
import { Registry } from "./registry.ts";
import { COUNTER, GREETER, manifestOf } from "./testing/manifests.ts";
import { updateDeployment } from "./update-deployment.ts";

const TUNED = { ...GREETER, inactivityTimeout: 7 };

async function setUp() {
  const asked: unknown[] = [];
  let manifest = manifestOf(GREETER);
  const context: RegisterContext = {
    registry: new Registry(),
    now: () => 1_700_000_000_000,
    discover: async (options) => {
      asked.push(options);
      return { manifest, sdkVersion: "sdk/2", useHttp11: options.useHttp11 };
    },
  };
  const registered = await registerDeployment(
    { uri: "http://h:1", useHttp11: true, additionalHeaders: { a: "b" } },
    context,
  );
  asked.length = 0;
  const serves = (next: typeof manifest): void => {
    manifest = next;
  };
  return { asked, context, serves, registry: context.registry, ...registered, id: registered.deployment.id };
}

/** What an engine would know that was started again. */
function restarted(
  ...steps: readonly (readonly { readonly key: string; readonly value: Uint8Array | undefined }[])[]
) {
  const stored = new Map<string, Uint8Array>();
  for (const { key, value } of steps.flat()) {
    if (value === undefined) stored.delete(key);
    else stored.set(key, value);
  }
  const registry = new Registry();
  for (const [key, value] of stored) registry.load(key, value);
  return registry;
}

describe("updateDeployment", () => {
  test("moves a deployment; its services stay as they are known", async () => {
    const { asked, context, serves, registry, writes, id } = await setUp();
    serves(manifestOf(TUNED, COUNTER));
    const updated = await updateDeployment(id, { uri: "http://h:2" }, context);
    expect(asked).toEqual([{ uri: "http://h:2/", useHttp11: false, additionalHeaders: { a: "b" } }]);
    expect(updated).toMatchObject({
      created: false,
      deployment: {
        id,
        place: { uri: "http://h:2/", useHttp11: false, additionalHeaders: { a: "b" } },
        sdkVersion: "sdk/2",
        services: [{ name: "greeter", revision: 1 }],
      },
    });
    expect(updated.services).toEqual(registry.services());
    for (const known of [registry, restarted(writes, updated.writes)]) {
      expect(known.deployment(id)).toEqual(updated.deployment);
      expect(known.service("greeter")?.options.inactivityTimeoutMs).not.toBe(7);
    }
  });

  test("overwriting takes the services as they are, in the revisions that they have", async () => {
    const { context, serves, registry, writes, id } = await setUp();
    const patch = registry.patch("greeter", { public: false });
    serves(manifestOf(TUNED, COUNTER));
    const updated = await updateDeployment(id, { uri: "http://h:1", overwrite: true }, context);
    expect(updated.deployment.services).toEqual([
      { name: "greeter", revision: 1 },
      { name: "counter", revision: 1 },
    ]);
    for (const known of [registry, restarted(writes, patch.writes, updated.writes)]) {
      expect(known.service("greeter")?.options).toMatchObject({ isPublic: true, inactivityTimeoutMs: 7 });
      expect(known.service("counter")?.deploymentId).toBe(id);
    }
  });

  test("what another deployment has brought since stays the latest", async () => {
    const { context, serves, registry, id } = await setUp();
    const { deployment: other } = await registerDeployment({ uri: "http://other" }, context);
    serves(manifestOf(TUNED));
    await updateDeployment(id, { uri: "http://h:2", overwrite: true }, context);
    expect(registry.service("greeter")).toMatchObject({ deploymentId: other.id, revision: 2 });
    expect(registry.serviceAt(id, "greeter")).toMatchObject({
      revision: 1,
      options: { inactivityTimeoutMs: 7 },
    });
  });

  test("a dry run says what would be, and changes nothing", async () => {
    const { context, serves, registry, deployment, id } = await setUp();
    registry.patch("greeter", { public: false });
    serves(manifestOf(TUNED, COUNTER));
    const before = registry.services();
    const update = { uri: "http://h:2", overwrite: true, dryRun: true };
    const would = await updateDeployment(id, update, context);
    expect(would.services.map(({ name, options }) => [name, options.isPublic])).toEqual([
      ["greeter", true],
      ["counter", true],
    ]);
    expect([would.deployment.place, would.writes]).toEqual([
      expect.objectContaining({ uri: "http://h:2/" }),
      [],
    ]);
    expect([registry.deployment(id), registry.services()]).toEqual([deployment, before]);
  });

  test("headers alone: the same endpoint is asked, with the new ones instead of the old", async () => {
    const { asked, context, id } = await setUp();
    const { deployment } = await updateDeployment(id, { additionalHeaders: {} }, context);
    expect(asked).toEqual([{ uri: "http://h:1/", useHttp11: true, additionalHeaders: {} }]);
    expect(deployment.place).toMatchObject({ uri: "http://h:1/", useHttp11: true, additionalHeaders: {} });
  });

  test("nothing to change: nobody is asked", async () => {
    const { asked, context, deployment, services, id } = await setUp();
    const updated = await updateDeployment(id, { useHttp11: false, overwrite: true }, context);
    expect(updated).toEqual({ deployment, services, created: false, writes: [] });
    expect(asked).toEqual([]);
  });

  test("one that is not there, or that runs in the engine's own process, is refused", async () => {
    const { context, registry } = await setUp();
    await expect(updateDeployment("dp_x", {}, context)).rejects.toMatchObject({ status: 404 });
    const { deployment } = registry.registerInProcess({ manifest: manifestOf(COUNTER), nowMs: 1 });
    await expect(updateDeployment(deployment.id, { uri: "http://h:2" }, context)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining("runs in the engine's own process"),
    });
  });

  test("one that is removed while its endpoint is asked is not brought back", async () => {
    const { context, registry, id } = await setUp();
    const updating = updateDeployment(id, { uri: "http://h:2" }, context);
    registry.remove(id);
    await expect(updating).rejects.toMatchObject({ status: 404 });
    expect(registry.deployment(id)).toBeUndefined();
  });
});
