import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestEngine } from "@perdure/testing";
import { greeter } from "./services.mjs";

test("a month passes", async () => {
  const engine = await createTestEngine({ services: [greeter] });
  const greeted = await engine.client.serviceClient(greeter).greet("Mary");
  assert.deepEqual(greeted, { text: "Hello, Mary!", bytes: [77, 97, 114, 121] });
  assert.equal(engine.clock.now(), Date.UTC(2026, 0, 31));
  await engine.close();
});

test("what never ends is told", async () => {
  const engine = await createTestEngine({ services: [greeter] });
  await assert.rejects(
    engine.client.serviceClient(greeter).fail(),
    /failed 50 times in a row, the last time with: not yet/,
  );
  await engine.close();
});
