import { describe, expect, it } from "vitest";
import type { Manifest, ManifestHandler, ManifestService } from "./manifest.ts";
import { toManifestJson } from "./manifest.ts";
import { findHandlerNameProblem, findServiceNameProblem } from "./manifest-rules.ts";

const greet: ManifestHandler = { name: "greet" };
const greeter: ManifestService = { name: "Greeter", ty: "SERVICE", handlers: [greet] };

const manifestOf = (...services: ManifestService[]): Manifest => ({
  protocolMode: "BIDI_STREAM",
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  services,
});

describe("the manifest's JSON", () => {
  it("leaves out what is unset", () => {
    const manifest: Manifest = {
      ...manifestOf({
        ...greeter,
        documentation: undefined,
        handlers: [
          {
            ...greet,
            ty: undefined,
            metadata: undefined,
            input: { required: false, contentType: undefined, jsonSchema: undefined },
            output: undefined,
          },
        ],
      }),
      lambdaCompression: undefined,
    };
    expect(toManifestJson(manifest, 4)).toStrictEqual({
      ...manifestOf({ ...greeter, handlers: [{ name: "greet", input: { required: false } }] }),
    });
  });

  it("has what is set", () => {
    const options = {
      documentation: "d",
      metadata: { k: "v" },
      inactivityTimeout: 0,
      abortTimeout: 1,
      journalRetention: 2,
      enableLazyState: false,
      ingressPrivate: true,
      retryPolicyInitialInterval: 3,
      retryPolicyMaxInterval: 4,
      retryPolicyMaxAttempts: 5,
      retryPolicyExponentiationFactor: 1.5,
      retryPolicyOnMaxAttempts: "KILL",
    } as const;
    const manifest: Manifest = {
      ...manifestOf({
        ...options,
        name: "flow",
        ty: "WORKFLOW",
        idempotencyRetention: 6,
        handlers: [
          {
            ...options,
            name: "run",
            ty: "WORKFLOW",
            workflowCompletionRetention: 7,
            input: { required: true, contentType: "*/*", jsonSchema: { type: "object" } },
            output: { contentType: "application/json", setContentTypeIfEmpty: false, jsonSchema: true },
          },
          { ...options, name: "status", ty: "SHARED", idempotencyRetention: 8 },
        ],
      }),
      lambdaCompression: "zstd",
    };
    expect(toManifestJson(manifest, 4)).toStrictEqual(manifest);
  });

  it("leaves out lambdaCompression before version 4", () => {
    const manifest: Manifest = { ...manifestOf(greeter), lambdaCompression: "zstd" };
    expect(toManifestJson(manifest, 4)).toStrictEqual(manifest);
    expect(toManifestJson(manifest, 3)).toStrictEqual(manifestOf(greeter));
  });
});

describe("what a version doesn't have", () => {
  const since3 = { inactivityTimeout: 1, abortTimeout: 1, journalRetention: 1, idempotencyRetention: 1 };
  const since4 = {
    retryPolicyInitialInterval: 1,
    retryPolicyMaxInterval: 1,
    retryPolicyMaxAttempts: 1,
    retryPolicyExponentiationFactor: 1,
    retryPolicyOnMaxAttempts: "PAUSE",
  } as const;
  const cases = [
    ...Object.entries({ ...since3, enableLazyState: true, ingressPrivate: false }).map(
      ([field, value]) => [field, value, 3] as const,
    ),
    ...Object.entries(since4).map(([field, value]) => [field, value, 4] as const),
  ];

  it.each(cases)("%s: %s is refused before version %i", (field, value, since) => {
    const onService = manifestOf({ ...greeter, [field]: value });
    const onHandler = manifestOf({ ...greeter, handlers: [{ ...greet, [field]: value }] });
    const before = (since - 1) as 2 | 3;
    const what = `${field} needs discovery version ${since}, the server asked for ${before}`;
    expect(toManifestJson(onService, since)).toStrictEqual(onService);
    expect(toManifestJson(onHandler, since)).toStrictEqual(onHandler);
    expect(() => toManifestJson(onService, before)).toThrow(
      expect.objectContaining({ name: "ProtocolError", code: 500, message: `Service "Greeter": ${what}` }),
    );
    expect(() => toManifestJson(onHandler, before)).toThrow(`Handler "Greeter/greet": ${what}`);
  });
});

describe("what the server wouldn't accept", () => {
  it.each<[ManifestService, string]>([
    [{ ...greeter, name: "a/b" }, 'Service "a/b": the name has to start with a letter'],
    [
      { ...greeter, handlers: [{ name: "a.b" }] },
      'Handler "Greeter/a.b": the name has to start with a letter',
    ],
    [
      { ...greeter, inactivityTimeout: 0.5 },
      'Service "Greeter": inactivityTimeout has to be a whole number of milliseconds from 0 on, got 0.5',
    ],
    [
      { ...greeter, handlers: [{ ...greet, retryPolicyMaxAttempts: -1 }] },
      'Handler "Greeter/greet": retryPolicyMaxAttempts has to be a whole number from 0 on, got -1',
    ],
    [
      { ...greeter, retryPolicyExponentiationFactor: Number.NaN },
      'Service "Greeter": retryPolicyExponentiationFactor has to be a number above 0, got NaN',
    ],
    [
      { ...greeter, handlers: [{ ...greet, ty: "WORKFLOW", idempotencyRetention: 1 }] },
      'Handler "Greeter/greet": idempotencyRetention can\'t be set on the run handler of a workflow',
    ],
    [
      { ...greeter, handlers: [{ ...greet, ty: "SHARED", workflowCompletionRetention: 1 }] },
      'Handler "Greeter/greet": workflowCompletionRetention can only be set on the run handler of a workflow',
    ],
  ])("%j", (service, message) => {
    expect(() => toManifestJson(manifestOf(greeter, service), 4)).toThrow(message);
  });

  it.each(["a", "A.b-c_9", "_a", "_9", "my-restate", "openapi2"])(
    "but it accepts the service name %s",
    (name) => {
      expect(findServiceNameProblem(name)).toBeUndefined();
    },
  );

  it.each(["", "_", "__a", "9a", "-a", "a/b", "a b", "é", "a\n", "restate", "restateful", "openapi"])(
    "the service name %j",
    (name) => {
      expect(findServiceNameProblem(name)).toMatch(/^the name /);
    },
  );

  it.each(["a", "_a", "a_9", "send", "restate", "openapi"])("but it accepts the handler name %s", (name) => {
    expect(findHandlerNameProblem(name)).toBeUndefined();
  });

  it.each(["", "_", "9a", "a.b", "a-b", "a/b", "a\n"])("the handler name %j", (name) => {
    expect(findHandlerNameProblem(name)).toMatch(/^the name /);
  });
});
