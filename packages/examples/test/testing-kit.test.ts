import { createTestEngine, replacement, type TestEngine } from "@perdure/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expenses, manager } from "../src/awakeable.ts";
import { inbox, reminders } from "../src/delayed-reminder.ts";
import { mailer } from "../src/order-app/mailer.ts";
import { type Order, order } from "../src/order-app/order.ts";
import { payments } from "../src/order-app/payments.ts";
import { stock } from "../src/order-app/stock.ts";
import { travelAgency, trip } from "../src/saga.ts";
import { weather, weatherApi } from "../src/side-effects.ts";
import { impatient, slow } from "../src/timeout.ts";

/** The examples as their authors would test them: an engine per test, and no time is spent waiting. */

const DAY_MS = 86_400_000;

describe("a reminder", () => {
  it("comes half a year later, and not a day earlier", async () => {
    await using engine = await createTestEngine({ services: [reminders, inbox] });
    const remind = engine.client.serviceClient(reminders).remindLater;
    await remind({ user: "Tom", text: "water the flowers", dueMs: 180 * DAY_MS });
    const notes = engine.stateOf(inbox, "Tom");

    await engine.clock.advance({ days: 179 });
    expect(await notes.get("notes")).toBeNull();
    await engine.clock.advance({ days: 1 });
    expect(await notes.get("notes")).toEqual(["water the flowers"]);
  });
});

describe("patience", () => {
  it.each([
    { afterMs: DAY_MS, patienceMs: 2 * DAY_MS, answer: "an answer", tookMs: DAY_MS },
    { afterMs: 3 * DAY_MS, patienceMs: 2 * DAY_MS, answer: "too late", tookMs: 2 * DAY_MS },
  ])("of $patienceMs ms for what takes $afterMs ms: $answer", async ({ answer, tookMs, ...input }) => {
    await using engine = await createTestEngine({ services: [impatient, slow] });
    const startedAtMs = engine.clock.now();
    expect(await engine.client.serviceClient(impatient).byRace(input)).toBe(answer);
    expect(engine.clock.now() - startedAtMs).toBe(tookMs);
  });

  it("ends what it does not wait for any more", async () => {
    await using engine = await createTestEngine({ services: [impatient, slow] });
    await engine.client.serviceClient(impatient).byRace({ afterMs: 3 * DAY_MS, patienceMs: DAY_MS });
    await engine.clock.settle();
    expect(await engine.invocations({ service: "Slow" })).toMatchObject([
      { status: "failed", failure: "Cancelled" },
    ]);
  });
});

describe("expenses", () => {
  it("wait for the manager, for a year if need be", async () => {
    await using engine = await createTestEngine({ services: [expenses] });
    const sent = await engine.client.serviceSendClient(expenses).request(500);
    await engine.clock.advance({ days: 365 });
    const { text, reply } = manager.inbox.pop() ?? { text: "", reply: "" };
    expect(text).toBe("May I spend 500 cents?");
    expect(await engine.running()).toMatchObject([{ why: `waits for awakeable ${reply}` }]);

    await engine.resolveAwakeable(reply, "yes");
    await engine.clock.settle();
    expect((await engine.journal(sent)).entries.at(-1)).toMatchObject({ command: "Output" });
    expect(await engine.running()).toEqual([]);
  });
});

describe("the weather", () => {
  it("is read again while the API is busy", async () => {
    weatherApi.requests = 0;
    await using engine = await createTestEngine({ services: [weather] });
    expect(await engine.client.serviceClient(weather).degrees("Rome")).toMatchObject({ degrees: 21 });
    expect(weatherApi.requests).toBe(3);
  });

  it("is made up, without the API", async () => {
    await using engine = await createTestEngine({
      services: [weather],
      runs: { "read the weather": () => -3 },
    });
    const { degrees, at } = await engine.client.serviceClient(weather).degrees("Atlantis");
    expect([degrees, at]).toEqual([-3, engine.clock.now()]);
  });
});

describe("a trip", () => {
  it("is undone when it is cancelled", async () => {
    await using engine = await createTestEngine({ services: [travelAgency, trip] });
    const wishes = ["train", "hotel"];
    const sent = await engine.client.serviceSendClient(travelAgency).bookAll({ traveller: "Kim", wishes });
    await engine.clock.settle();
    expect(await engine.stateOf(trip, "Kim").get("booked")).toEqual(wishes);

    await engine.cancel(sent);
    await engine.clock.settle();
    expect(await engine.stateOf(trip, "Kim").get("booked")).toEqual([]);
  });
});

describe("an order", () => {
  const lines = [
    { item: "lamp", pieces: 1 },
    { item: "desk", pieces: 2 },
  ];
  const wanted: Order = { lines, cents: 500, remindAfterMs: DAY_MS };
  const calls: string[] = [];
  const note = (call: string) => async (): Promise<void> => void calls.push(call);
  let engine: TestEngine;

  beforeEach(async () => {
    calls.length = 0;
    engine = await createTestEngine({
      services: [order],
      replace: [
        replacement(stock, { reserve: note("reserve"), release: note("release") }),
        replacement(payments, { charge: async () => "payment-1", refund: note("refund") }),
        replacement(mailer, { remindCourier: note("remind the courier") }),
      ],
      runs: { "pack the parcel": note("pack") },
    });
  });

  afterEach(() => engine.close());

  it("is shipped, and the courier reminded once", async () => {
    const client = engine.client.workflowClient(order, "order-1");
    await client.workflowSubmit(wanted);
    await engine.clock.advance({ days: 2 });
    expect(calls).toEqual(["reserve", "reserve", "pack", "remind the courier"]);
    await client.pickedUp("Ann");
    expect(await client.workflowAttach()).toEqual({ payment: "payment-1", courier: "Ann" });
  });

  it("is undone in reverse when it is cancelled before the courier comes", async () => {
    const client = engine.client.workflowClient(order, "order-2");
    await client.workflowSubmit(wanted);
    await engine.clock.settle();
    await client.cancel();
    await expect(client.workflowAttach()).rejects.toThrow("Cancelled");
    expect(calls.slice(3)).toEqual(["refund", "release", "release"]);
    expect(await engine.stateOf(order, "order-2").get("status")).toBe("undone");
  });
});
