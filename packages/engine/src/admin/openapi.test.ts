import { describe, expect, test } from "vitest";
import { SERVICES } from "../http/testing/services.ts";
import type { ServiceInfo } from "../registry/service-info.ts";
import { toOpenApi } from "./openapi.ts";

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly $ref: string }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly openapi: string;
  readonly info: unknown;
  readonly servers: unknown;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function documentOf(name: string): Document {
  const service = SERVICES.find((found) => found.name === name) as ServiceInfo;
  // What is left out of the JSON is not part of the document.
  return JSON.parse(JSON.stringify(toOpenApi(service, "http://127.0.0.1:8080/"))) as Document;
}

function operationsOf({ paths }: Document): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, { operationId, parameters }]) =>
        `${method} ${path} ${operationId} ${parameters.map(({ $ref }) => $ref.split("/").at(-1)).join(",")}`,
    ),
  );
}

describe("paths", () => {
  test("of an object", () => {
    expect(operationsOf(documentOf("Obj")).slice(0, 4)).toEqual([
      "post /restate/call/Obj/{key}/add add key,idempotencyKeyHeader",
      "post /restate/send/Obj/{key}/add addSend key,idempotencyKeyHeader,delay",
      "get /restate/invocation/Obj/{key}/add/{idempotencyKey}/attach addAttach key,idempotencyKeyPath",
      "get /restate/invocation/Obj/{key}/add/{idempotencyKey}/output addOutput key,idempotencyKeyPath",
    ]);
  });

  test("of a workflow", () => {
    expect(operationsOf(documentOf("Wf"))).toEqual([
      "post /restate/call/Wf/{key}/run run key",
      "post /restate/send/Wf/{key}/run runSend key,delay",
      "get /restate/workflow/Wf/{key}/attach runAttach key",
      "get /restate/workflow/Wf/{key}/output runOutput key",
      "post /restate/call/Wf/{key}/status status key",
      "post /restate/send/Wf/{key}/status statusSend key,delay",
    ]);
  });
});

test("private handlers are left out, unless the whole service is private", () => {
  expect(Object.keys(documentOf("Svc").paths).filter((path) => path.includes("priv"))).toEqual([]);
  expect(Object.keys(documentOf("PrivSvc").paths)).toContain("/restate/call/PrivSvc/x");
});

test("what it is about", () => {
  const { openapi, info, servers } = documentOf("Svc");
  expect({ openapi, info, servers }).toEqual({
    openapi: "3.1.0",
    info: { title: "Svc", description: "A service", version: "1", "x-restate-extensions": { team: "x" } },
    servers: [{ url: "http://127.0.0.1:8080/", description: "Restate Ingress URL" }],
  });
});

test("bodies, results and their schemas", () => {
  const { paths, components } = documentOf("Svc");
  expect(paths["/restate/call/Svc/schema"]?.post).toMatchObject({
    description: "doc of h",
    "x-restate-extensions": { k: "v" },
    requestBody: {
      required: false,
      content: { "application/json": { schema: { $ref: "#/components/schemas/schemaRequest" } } },
    },
    responses: {
      "200": { content: { "application/json": { schema: { $ref: "#/components/schemas/schemaResponse" } } } },
    },
  });
  expect(Object.keys(components.schemas ?? {})).toEqual(["RestateError", "schemaRequest", "schemaResponse"]);
  const nothing = paths["/restate/call/Svc/nothing"]?.post;
  expect([nothing?.requestBody, nothing?.responses["200"]]).toEqual([undefined, { description: "Empty" }]);
  expect(paths["/restate/send/Svc/text"]?.post?.requestBody).toEqual({
    required: true,
    content: { "text/*": {} },
  });
});

test("every reference leads somewhere", () => {
  for (const { name } of SERVICES) {
    const document = documentOf(name);
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    for (const [, kind = "", component = ""] of references) {
      expect(Object.keys(document.components[kind] ?? {})).toContain(component);
    }
  }
});
