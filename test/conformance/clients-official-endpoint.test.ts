import { connect, type Ingress } from "@perdure/sdk/clients";
import { afterAll, beforeAll, describe } from "vitest";
import { type Child, startChild } from "../support/child.ts";
import { ourClientCases } from "./fixtures-official/our-client-cases.ts";
import { ourClientFailureCases } from "./fixtures-official/our-client-failure-cases.ts";
import { PERDURE_SERVE } from "./places/command-kind.ts";
import { RESTATE } from "./places/restate-kind.ts";
import type { RunningServer } from "./places/server.ts";

/** Our client, the real server and ours, an endpoint of the official SDK (`official-endpoint.mjs`). */

let endpoint: Child;

beforeAll(async () => {
  endpoint = await startChild(new URL("../support/official-endpoint.mjs", import.meta.url), { node: "24" });
});

afterAll(async () => {
  await endpoint?.stop();
});

describe.each([RESTATE, PERDURE_SERVE])("with $name", (kind) => {
  let server: RunningServer;
  let ingress: Ingress;

  beforeAll(async () => {
    server = await kind.start();
    await server.admin.registerDeployment(endpoint.url);
    ingress = connect({ url: `${server.ingressUrl}/`, headers: { "x-from": "connection" } });
  });

  afterAll(async () => {
    await server?.stop();
  });

  const stage = {
    server: kind,
    get ingress() {
      return ingress;
    },
    get admin() {
      return server.admin;
    },
    get endpointUrl() {
      return endpoint.url;
    },
  };
  ourClientCases(stage);
  ourClientFailureCases(stage);
});
