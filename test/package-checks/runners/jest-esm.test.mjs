import { createTestEngine } from "@perdure/testing";
import { greeter } from "./services.mjs";

test("a month passes", async () => {
  const engine = await createTestEngine({ services: [greeter] });
  const greeted = await engine.client.serviceClient(greeter).greet("Mary");
  expect(greeted).toEqual({ text: "Hello, Mary!", bytes: [77, 97, 114, 121] });
  expect(engine.clock.now()).toBe(Date.UTC(2026, 0, 31));
  await engine.close();
});

test("what never ends is told", async () => {
  const engine = await createTestEngine({ services: [greeter] });
  await expect(engine.client.serviceClient(greeter).fail()).rejects.toThrow(
    "failed 50 times in a row, the last time with: not yet",
  );
  await engine.close();
});
