import { describe, expect, test } from "vitest";
import { EngineError } from "../engine-api.ts";
import type { ReadableManifestVersion } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";
import { COUNTER, GREETER, manifestOf, SIGNUP } from "./testing/manifests.ts";

const parse = (value: unknown, version: ReadableManifestVersion = 4) =>
  parseManifest(JSON.stringify(value), version);

function refusal(action: () => unknown): EngineError {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("It was accepted");
}

const withService = (fields: object) => manifestOf({ ...GREETER, ...fields });
const withHandler = (fields: object, service = GREETER) =>
  manifestOf({ ...service, handlers: [{ name: "greet", ...fields }] });

describe("parseManifest", () => {
  test("gives what it was given", () => {
    const manifest = manifestOf(GREETER, COUNTER, SIGNUP);
    for (const version of [1, 2, 3, 4] as const) expect(parse(manifest, version)).toEqual(manifest);
  });

  test("takes null for absent, but not in a schema", () => {
    const input = { required: null, contentType: null, jsonSchema: null };
    expect(parse(withHandler({ documentation: null, ty: null, input }))).toEqual(
      withHandler({ input: { jsonSchema: null } }),
    );
  });

  test.each([
    [2, "documentation", "text"],
    [2, "metadata", { a: "b" }],
    [3, "inactivityTimeout", 0],
    [3, "abortTimeout", 1],
    [3, "journalRetention", 1],
    [3, "idempotencyRetention", 1],
    [3, "enableLazyState", true],
    [3, "ingressPrivate", true],
    [4, "retryPolicyInitialInterval", 1],
    [4, "retryPolicyMaxInterval", 1],
    [4, "retryPolicyMaxAttempts", 1],
    [4, "retryPolicyExponentiationFactor", 1.5],
    [4, "retryPolicyOnMaxAttempts", "KILL"],
  ] as const)("since version %s there is %s, for services and handlers", (since, field, value) => {
    for (const manifest of [withService({ [field]: value }), withHandler({ [field]: value })]) {
      expect(parse(manifest, since)).toEqual(manifest);
      const before = (since - 1) as ReadableManifestVersion;
      expect(refusal(() => parse(manifest, before))).toMatchObject({
        status: 500,
        restateCode: "META0013",
        message: expect.stringContaining(field),
      });
    }
  });

  test.each<[string, unknown, string]>([
    ["no object", [], "the manifest must be an object"],
    ["no services", { ...manifestOf(), services: undefined }, "services is missing"],
    ["no mode", { ...manifestOf(), protocolMode: undefined }, "protocolMode is missing"],
    ["an unknown mode", { ...manifestOf(), protocolMode: "BIDI" }, "BIDI_STREAM, REQUEST_RESPONSE"],
    ["an unknown field", { ...manifestOf(), more: 1 }, '"more"'],
    ["a field of every object", withService({ constructor: 1 }), '"constructor"'],
    ["a service without a name", withService({ name: undefined }), "services[0]: name is missing"],
    ["a bad name", withService({ name: "a/b" }), '"a/b"'],
    ["a bad handler's name", withHandler({ name: "a-b" }), "services[0].handlers[0]"],
    ["an unknown kind", withService({ ty: "ACTOR" }), "VIRTUAL_OBJECT"],
    [
      "half a millisecond",
      withService({ abortTimeout: 0.5 }),
      "abortTimeout must be a whole number from 0 on, not 0.5",
    ],
    [
      "a text for a number",
      withHandler({ inactivityTimeout: "1s" }),
      "services[0].handlers[0]: inactivityTimeout",
    ],
    ["a negative one", withHandler({ inactivityTimeout: -1 }), "from 0 on"],
    ["a factor of 0", withHandler({ retryPolicyExponentiationFactor: 0 }), "above 0"],
    ["metadata of numbers", withHandler({ metadata: { a: 1 } }), "object of strings"],
    ["an unknown field of the input", withHandler({ input: { type: "x" } }), "services[0].handlers[0].input"],
    ["an exclusive handler of a service", withHandler({ ty: "EXCLUSIVE" }), "SERVICE can't be EXCLUSIVE"],
    ["a workflow's handler in an object", withHandler({ ty: "WORKFLOW" }, COUNTER), "can't be WORKFLOW"],
    ["a retention of runs", withHandler({ workflowCompletionRetention: 1 }, COUNTER), "run handler"],
    ["a key for runs", withHandler({ idempotencyRetention: 1 }, SIGNUP), "run handler"],
    ["a service twice", manifestOf(GREETER, GREETER), 'two of the service "greeter"'],
    [
      "a handler twice",
      withService({ handlers: [{ name: "a" }, { name: "a" }] }),
      'two of the handler of "greeter"',
    ],
  ])("refuses %s", (_what, manifest, message) => {
    expect(refusal(() => parse(manifest))).toMatchObject({
      status: 500,
      restateCode: "META0013",
      message: expect.stringContaining(message),
    });
  });

  test("refuses what is no JSON", () => {
    expect(refusal(() => parseManifest("<html>", 4))).toMatchObject({ restateCode: "META0013" });
  });

  test.each(["restate", "RestateThing", "restate_x", "openapi", "OpenAPI"])(
    "the name %s is reserved",
    (name) => {
      expect(refusal(() => parse(withService({ name })))).toMatchObject({
        status: 400,
        restateCode: "META0005",
      });
    },
  );

  test.each([
    [1, 4, false],
    [1, 5, true],
    [6, 6, true],
    [7, 9, true],
    [8, 9, false],
    [7, 5, false],
  ])("an endpoint that speaks %s to %s: %s", (minProtocolVersion, maxProtocolVersion, accepted) => {
    const manifest = { ...manifestOf(GREETER), minProtocolVersion, maxProtocolVersion };
    if (accepted) expect(parse(manifest)).toEqual(manifest);
    else expect(refusal(() => parse(manifest))).toMatchObject({ restateCode: "META0012" });
  });
});
