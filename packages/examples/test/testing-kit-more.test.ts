import { createTestEngine, replacement, type TestEngine } from "@perdure/testing";
import { afterEach, expect, it } from "vitest";
import { cart, prices, shop } from "../src/calls-and-sends.ts";
import { reports, tables } from "../src/custom-serde.ts";
import { library, words } from "../src/fan-out.ts";
import { gateway } from "../src/generic-proxy.ts";
import { office, printShop } from "../src/idempotency.ts";
import { account } from "../src/object-state.ts";
import { byContract, polyglotService } from "../src/sharing-types/by-contract.ts";
import { byDefinition } from "../src/sharing-types/by-definition.ts";
import { greeter } from "../src/sharing-types/greeter.ts";
import { analytics, visitors } from "../src/superjson-values.ts";
import { signup } from "../src/workflow-promise.ts";
import { hotel } from "../src/zod-schemas.ts";

/** The other examples, each as short as it gets. */

let engine: TestEngine;
afterEach(() => engine.close());

it("calls and sends: what is put into the cart costs what the price list says", async () => {
  engine = await createTestEngine({
    services: [shop, cart],
    replace: [replacement(prices, { of: async () => 123 })],
  });
  const { cents, items } = await engine.client
    .serviceClient(shop)
    .putIntoCart({ user: "Mary", item: "lamp" });
  expect([cents, items]).toEqual([123, ["lamp"]]);
});

it("custom serde: rows and columns", async () => {
  engine = await createTestEngine({ services: [tables, reports] });
  expect(
    await engine.client.serviceClient(reports).firstColumn([
      [1, 2],
      [3, 4],
    ]),
  ).toEqual([1, 3]);
});

it("fan-out: the shortest arrives first", async () => {
  engine = await createTestEngine({ services: [library, words] });
  const { inOrderOfArrival } = engine.client.serviceClient(library);
  expect(await inOrderOfArrival(["one two three", "one", "one two"])).toEqual([
    "one",
    "one two",
    "one two three",
  ]);
});

it("generic proxy: sends later", async () => {
  engine = await createTestEngine({ services: [gateway, cart] });
  const { sendLater } = engine.client.serviceClient(gateway);
  await sendLater({ service: "Cart", handler: "add", key: "Mary", body: "lamp", delayMs: 3_600_000 });
  expect(await engine.invocations({ service: "Cart" })).toMatchObject([{ status: "scheduled" }]);
  await engine.clock.advance({ hours: 1 });
  expect(await engine.invocations({ service: "Cart" })).toMatchObject([{ status: "succeeded" }]);
});

it("idempotency: one page for two requests", async () => {
  engine = await createTestEngine({ services: [office, printShop], runs: { print: () => "the page" } });
  const { print } = engine.client.serviceClient(office);
  const job = { text: "hello", jobId: "job-1" };
  expect(await Promise.all([print(job), print(job)])).toEqual(["the page", "the page"]);
  expect(await engine.invocations({ service: "PrintShop" })).toHaveLength(1);
});

it("state of an object: deposits add up", async () => {
  engine = await createTestEngine({ services: [account] });
  await engine.stateOf(account, "savings").set("cents", 400);
  expect(await engine.client.objectClient(account, "savings").deposit(100)).toBe(500);
});

it("shared types: by contract and by definition", async () => {
  engine = await createTestEngine({ services: [byContract, polyglotService, byDefinition, greeter] });
  expect(await engine.client.serviceClient(byContract).greetInAll("Mary")).toEqual([
    "Hello, Mary!",
    "Hallo, Mary!",
  ]);
  expect(await engine.client.serviceClient(byDefinition).greet("Tom")).toBe("Hello, Tom!");
});

it("superjson: dates and sets in state and calls", async () => {
  engine = await createTestEngine({ services: [analytics, visitors] });
  const at = new Date("2030-01-02T03:04:05Z");
  const { lastVisit } = engine.client.serviceClient(analytics);
  expect(await lastVisit({ at, pages: new Set(["/", "/about"]) })).toEqual({ at, visits: 1n });
});

it("workflow promise: waits a year for the confirmation", async () => {
  engine = await createTestEngine({ services: [signup] });
  const workflow = engine.client.workflowClient(signup, "Lou");
  await workflow.workflowSubmit({ name: "Lou" });
  await engine.clock.advance({ days: 365 });
  expect(await engine.stateOf(signup, "Lou").get("stage")).toBe("waiting for the confirmation");
  await workflow.confirm("lou@example.org");
  expect(await workflow.workflowAttach()).toBe("Lou <lou@example.org>");
});

it("zod: refuses a booking that makes no sense", async () => {
  engine = await createTestEngine({ services: [hotel] });
  const { book } = engine.client.serviceClient(hotel);
  await expect(book({ guest: "Mary", nights: -1, breakfast: false })).rejects.toThrow("/nights");
});
