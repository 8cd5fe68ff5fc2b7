import { expect, test } from "vitest";
import { ask } from "../http/testing/ask.ts";
import { createFakeEngine } from "../http/testing/fake-engine.ts";
import { sketchService } from "../http/testing/services.ts";
import { createAdminHandler } from "./handler.ts";

const engine = createFakeEngine({
  services: [sketchService({ name: "Shop", kind: "service" }, { weigh: {} })],
  answers: {
    preview: async ({ body }) => ({ status: 418, contentType: "text/odd", body }),
  },
});
const handler = createAdminHandler({
  engine,
  clusterName: "test",
  ingressUrl: "http://127.0.0.1:8080/",
  onFault: (error) => {
    throw error;
  },
});

test.each([
  ["decode/weigh/input", "decode", "weigh/input"],
  ["encode/weigh%2Finput", "encode", "weigh/input"],
  ["decode/of-another-sdk", "decode", "of-another-sdk"],
])("%s asks the service's serde, and passes its answer on", async (path, operation, serde) => {
  const told = await ask(handler, `POST /internal/services/Shop/serdes/${path}`, { body: "7" });
  expect(told).toEqual({ status: 418, headers: { "content-type": "text/odd" }, body: "7" });
  const body = new TextEncoder().encode("7");
  expect(engine.asked.at(-1)).toEqual(["preview", { service: "Shop", operation, serde, body }]);
});

test.each([
  ["POST /internal/services/Nobody/serdes/decode/weigh/input", 404],
  ["POST /internal/services/Shop/serdes/print/weigh/input", 404],
  ["GET /internal/services/Shop/serdes/decode/weigh/input", 405],
])("%s: %i", async (line, status) => {
  expect((await ask(handler, line)).status).toBe(status);
});
