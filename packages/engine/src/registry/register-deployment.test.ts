import { describe, expect, test } from "vitest";
import { EngineError } from "../engine-api.ts";
import { type RegisterContext, registerDeployment } from "./register-deployment.ts";
import { Registry } from "./registry.ts";
import { COUNTER, GREETER, manifestOf } from "./testing/manifests.ts";

function setUp() {
  const asked: unknown[] = [];
  let manifest = manifestOf(GREETER);
  const context: RegisterContext = {
    registry: new Registry(),
    now: () => 1_700_000_000_000,
    discover: async (options) => {
      asked.push(options);
      return { manifest, sdkVersion: "sdk/1", useHttp11: options.useHttp11 };
    },
  };
  const serves = (next: typeof manifest): void => {
    manifest = next;
  };
  return { asked, context, serves };
}

describe("registerDeployment", () => {
  test("asks the endpoint and takes in what it says", async () => {
    const { asked, context } = setUp();
    const options = {
      uri: "http://h:1",
      useHttp11: true,
      additionalHeaders: { A: "b" },
      metadata: { m: "n" },
    };
    const { deployment, created, writes } = await registerDeployment(options, context);
    expect(asked).toEqual([{ uri: "http://h:1/", useHttp11: true, additionalHeaders: { a: "b" } }]);
    expect(deployment).toEqual({
      id: expect.stringMatching(/^dp_1[0-9a-zA-Z]{22}$/),
      place: { type: "http", uri: "http://h:1/", useHttp11: true, additionalHeaders: { a: "b" } },
      bidirectional: true,
      minProtocolVersion: 5,
      maxProtocolVersion: 7,
      sdkVersion: "sdk/1",
      createdAtMs: 1_700_000_000_000,
      metadata: { m: "n" },
      services: [{ name: "greeter", revision: 1 }],
    });
    expect([created, writes.map(({ key }) => key)]).toEqual([true, [`d/${deployment.id}`]]);
  });

  test("does not ask again at an address that is known, unless it is forced to", async () => {
    const { asked, context, serves } = setUp();
    const first = await registerDeployment({ uri: "http://h" }, context);
    serves(manifestOf(GREETER, COUNTER));
    const again = await registerDeployment({ uri: "http://h/" }, context);
    expect(again).toEqual({ ...first, created: false, writes: [] });
    expect(asked).toHaveLength(1);
    const forced = await registerDeployment({ uri: "http://h", force: true }, context);
    expect(forced).toMatchObject({ created: false, deployment: { id: first.deployment.id } });
    expect(forced.deployment.services).toEqual([
      { name: "greeter", revision: 2 },
      { name: "counter", revision: 1 },
    ]);
  });

  test("two at once make one", async () => {
    const { context } = setUp();
    const both = await Promise.all([
      registerDeployment({ uri: "http://h" }, context),
      registerDeployment({ uri: "http://h/" }, context),
    ]);
    expect(both.map(({ created }) => created)).toEqual([true, false]);
    expect(context.registry.service("greeter")?.revision).toBe(1);
  });

  test("a dry run asks and keeps nothing", async () => {
    const { asked, context } = setUp();
    const dry = await registerDeployment({ uri: "http://h", dryRun: true }, context);
    expect([dry.services.length, dry.writes, asked.length]).toEqual([1, [], 1]);
    expect(context.registry.deployments()).toEqual([]);
  });

  test("a bad address is refused before anyone is asked", async () => {
    const { asked, context } = setUp();
    await expect(registerDeployment({ uri: "h" }, context)).rejects.toBeInstanceOf(EngineError);
    expect(asked).toEqual([]);
  });
});
