import { type Context, serve, service } from "@perdure/sdk";
import { expect, test } from "vitest";
import { createEngine } from "../create-engine.ts";
import { findEarlierPort, registerApp } from "./dev-deployment.ts";

function greeter(greeting: string) {
  return service({
    name: "Greeter",
    handlers: { greet: async (_ctx: Context, name: string) => `${greeting} ${name}` },
  });
}

test("an application that comes back at another address is the same deployment", async () => {
  const engine = await createEngine({ ephemeral: true });
  const options = { port: 0, logger: () => {} };
  const ports = { own: 9080, exports: 9081 };
  const before = await serve({ ...options, services: [greeter("Hello")] });
  const { id } = await registerApp(engine.api, { uri: before.url, ports });
  expect(findEarlierPort(engine.api)).toBe(9080);
  await before.close();

  const after = await serve({ ...options, services: [greeter("Welcome")] });
  const moved = await registerApp(engine.api, { uri: after.url, ports });
  expect([moved.id, moved.place]).toMatchObject([id, { uri: `${after.url}/` }]);
  expect(engine.api.deployments()).toHaveLength(1);
  expect(await engine.client.serviceClient(greeter("")).greet("Ada")).toBe("Welcome Ada");
  await engine.close();
  await after.close();
});
