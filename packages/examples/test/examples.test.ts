import { connect, type Ingress, rpc, TerminalError } from "@perdure/sdk/clients";
import { superjsonSerde } from "@perdure/sdk/superjson";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { expenses, manager } from "../src/awakeable.ts";
import { cart, prices, shop } from "../src/calls-and-sends.ts";
import { visit } from "../src/client-from-outside.ts";
import { csv, reports, tables } from "../src/custom-serde.ts";
import { inbox, reminders } from "../src/delayed-reminder.ts";
import { library, words } from "../src/fan-out.ts";
import { gateway } from "../src/generic-proxy.ts";
import { office, printer, printShop } from "../src/idempotency.ts";
import { account } from "../src/object-state.ts";
import { entries } from "../src/order-app/ledger.ts";
import { mailer } from "../src/order-app/mailer.ts";
import { order } from "../src/order-app/order.ts";
import { payments } from "../src/order-app/payments.ts";
import { stock } from "../src/order-app/stock.ts";
import { travelAgency, trip } from "../src/saga.ts";
import { byContract, polyglotService } from "../src/sharing-types/by-contract.ts";
import { byDefinition } from "../src/sharing-types/by-definition.ts";
import { byInterface } from "../src/sharing-types/by-interface.ts";
import { byPackage } from "../src/sharing-types/by-package.ts";
import { byType } from "../src/sharing-types/by-type.ts";
import { polyglot } from "../src/sharing-types/contract.ts";
import { greeter } from "../src/sharing-types/greeter.ts";
import { weather, weatherApi } from "../src/side-effects.ts";
import { analytics, visitors } from "../src/superjson-values.ts";
import { impatient, slow } from "../src/timeout.ts";
import { signup } from "../src/workflow-promise.ts";
import { hotel } from "../src/zod-schemas.ts";
import { type Place, startEnginePlace, startServerPlace } from "./place.ts";

/** Every example on a real server and on the embedded engine: as it comes, and suspended and replayed at every await. */

const services = [
  ...[account, analytics, byContract, byDefinition, byInterface, byPackage, byType, cart, expenses, gateway],
  ...[greeter, hotel, impatient, inbox, library, mailer, office, order, payments, polyglotService, prices],
  ...[printShop, reminders, reports, shop, signup, slow, stock, tables, travelAgency, trip, visitors],
  ...[weather, words],
];

describe.each([
  { mode: "on a server", start: startServerPlace, options: {} },
  { mode: "on a server, suspended at every await", start: startServerPlace, options: { inactivityMs: 0 } },
  { mode: "on the engine", start: startEnginePlace, options: {} },
  { mode: "on the engine, suspended at every await", start: startEnginePlace, options: { inactivityMs: 0 } },
])("$mode", ({ mode, start, options }) => {
  let place: Place;
  let ingress: Ingress;

  beforeAll(async () => {
    place = await start(services, options);
    ingress = place.ingress;
  });

  afterAll(async () => await place?.close());

  /** A key that no other test has. */
  const fresh = (name: string): string => `${name}-${mode.replaceAll(/\W+/g, "-")}`;

  it("calls and sends", async () => {
    const user = fresh("Mary");
    const { cents, items, sentAs } = await ingress.serviceClient(shop).putIntoCart({ user, item: "lamp" });
    expect([cents, items]).toEqual([400, ["lamp"]]);
    await place.ended(sentAs);
    expect(await ingress.objectClient(cart, `${user}-wishes`).add("desk")).toEqual(["lamp", "desk"]);
  });

  it("delayed reminder", async () => {
    const user = fresh("Tom");
    const sentAt = Date.now();
    const reminder = { user, text: "water the flowers", dueMs: 300 };
    const id = await ingress.serviceClient(reminders).remindLater(reminder);
    const { notes } = ingress.objectClient(inbox, user);
    await place.ended(id);
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(300);
    expect(await notes()).toEqual(["water the flowers"]);
  });

  describe("saga", () => {
    const { bookAll, booked, sign, cancel } = {
      bookAll: (traveller: string, ...wishes: string[]) =>
        ingress
          .serviceSendClient(travelAgency)
          .bookAll({ traveller, wishes }, rpc.sendOpts({ idempotencyKey: traveller })),
      booked: (traveller: string) => ingress.objectClient(trip, traveller).booked(),
      sign: (booking: string, name: string) => ingress.serviceClient(travelAgency).sign({ booking, name }),
      cancel: (booking: string) => ingress.serviceClient(travelAgency).cancel(booking),
    };

    it("goes through", async () => {
      const traveller = fresh("Ida");
      const send = await bookAll(traveller, "train", "hotel");
      await eventually(async () => expect(await booked(traveller)).toEqual(["train", "hotel"]));
      await sign(send.invocationId, "Ida");
      expect(await ingress.result(send)).toBe("Ida");
      expect(await booked(traveller)).toEqual(["train", "hotel"]);
    });

    it("is undone when a step fails", async () => {
      const traveller = fresh("Jim");
      const send = await bookAll(traveller, "train", "flight", "sold-out hotel");
      await expect(ingress.result(send)).rejects.toMatchObject({ code: 409, message: "no room left" });
      await eventually(async () => expect(await booked(traveller)).toEqual([]));
    });

    it("is undone when it is cancelled", async () => {
      const traveller = fresh("Kim");
      const send = await bookAll(traveller, "train", "hotel");
      await eventually(async () => expect(await booked(traveller)).toEqual(["train", "hotel"]));
      await cancel(send.invocationId);
      await expect(ingress.result(send)).rejects.toMatchObject({ code: 409, message: "Cancelled" });
      await eventually(async () => expect(await booked(traveller)).toEqual([]));
    });
  });

  it("workflow with a promise", async () => {
    const workflow = ingress.workflowClient(signup, fresh("Lou"));
    expect([await workflow.stage(), await workflow.isConfirmed()]).toEqual(["not started", false]);
    const submission = await workflow.workflowSubmit({ name: "Lou" });
    await eventually(async () => expect(await workflow.stage()).toBe("waiting for the confirmation"));
    await workflow.confirm("lou@example.org");
    expect(await ingress.result(submission)).toBe("Lou <lou@example.org>");
    expect([await workflow.stage(), await workflow.isConfirmed()]).toEqual(["done", true]);
  });

  it("custom serde", async () => {
    const rows = [
      [1, 2],
      [3, 4],
    ];
    expect(await ingress.serviceClient(tables).transpose(rows)).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(await ingress.serviceClient(reports).firstColumn(rows)).toEqual([1, 3]);
    const response = await fetch(`${place.ingressUrl}/Tables/transpose`, {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: "1,2\n3,4",
    });
    expect([response.headers.get("content-type"), await response.text()]).toEqual(["text/csv", "1,3\n2,4"]);
    expect(csv.deserialize(csv.serialize(rows))).toEqual(rows);
  });

  it("zod", async () => {
    const { book } = ingress.serviceClient(hotel);
    const booking = { guest: "Mary", nights: 2, breakfast: false };
    expect(await book(booking)).toEqual({ text: "Mary, 2 nights", cents: 16_000 });
    await expect(book({ ...booking, nights: -1 })).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining("/nights"),
    });
    // Defaults are for those who send JSON by hand.
    const byHand = await ingress.call({
      service: "Hotel",
      handler: "book",
      parameter: { guest: "Tom", nights: 1 },
    });
    expect(byHand).toEqual({ text: "Tom, 1 nights with breakfast", cents: 9000 });
  });

  it("superjson", async () => {
    const outside = connect({ url: place.ingressUrl, serde: superjsonSerde() });
    const at = new Date("2030-01-02T03:04:05Z");
    const last = await outside.serviceClient(analytics).lastVisit({ at, pages: new Set(["/", "/about"]) });
    expect(last).toEqual({ at, visits: 1n });
  });

  it("types shared by definition, type, interface and package", async () => {
    const callers = [byDefinition, byType, byInterface, byPackage];
    const greetings = await Promise.all(callers.map((caller) => ingress.serviceClient(caller).greet("Mary")));
    expect(greetings).toEqual(Array(4).fill("Hello, Mary!"));
  });

  it("types shared by contract", async () => {
    expect(await ingress.serviceClient(byContract).greetInAll("Mary")).toEqual([
      "Hello, Mary!",
      "Hallo, Mary!",
    ]);
    expect(await ingress.client(polyglot).languages()).toEqual(["en", "de"]);
  });

  it("generic proxy", async () => {
    const { call, sendLater } = ingress.serviceClient(gateway);
    expect(await call({ service: "Prices", handler: "of", body: "lamp" })).toBe(400);
    const target = { service: "Cart", handler: "add", key: fresh("proxied") };
    const sent = await sendLater({ ...target, body: "lamp", delayMs: 50 });
    await place.ended(sent);
    expect(await call({ ...target, body: "desk" })).toEqual(["lamp", "desk"]);
  });

  it("fan-out", async () => {
    const { countAll, countTwoAtATime, inOrderOfArrival } = ingress.serviceClient(library);
    expect(await countAll(["one", "one two", "one two three"])).toBe(6);
    expect(await countTwoAtATime(["a", "a b", "a b c", ""])).toEqual([1, 2, 3, 0]);
    const texts = ["a b c d e", "a", "a b c"];
    expect((await inOrderOfArrival(texts)).sort()).toEqual([...texts].sort());
  });

  it("timeout", async () => {
    const { byRace, byOrTimeout } = ingress.serviceClient(impatient);
    const [inTime, late] = [
      { afterMs: 1, patienceMs: 20_000 },
      { afterMs: 20_000, patienceMs: 1 },
    ];
    expect(await Promise.all([byRace(inTime), byOrTimeout(inTime)])).toEqual(["an answer", "an answer"]);
    expect(await Promise.all([byRace(late), byOrTimeout(late)])).toEqual(["too late", "too late"]);
  });

  it("state of an object", async () => {
    const key = fresh("savings");
    const { deposit, rename, close, statement } = ingress.objectClient(account, key);
    const deposits = await Promise.all([1, 2, 3, 4, 5].map(() => deposit(100)));
    expect(deposits.sort((a, b) => a - b)).toEqual([100, 200, 300, 400, 500]);
    await rename("Mary");
    expect(await statement()).toBe(`Mary has 500 cents in ${key}`);
    expect(await close()).toEqual(["cents", "owner"]);
    expect(await statement()).toBe(`nobody has 0 cents in ${key}`);
  });

  it("side effects", async () => {
    const { degrees } = ingress.serviceClient(weather);
    weatherApi.requests = 0;
    expect(await degrees("Oslo")).toMatchObject({
      degrees: 21,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(weatherApi.requests).toBe(3);
    await expect(degrees("Atlantis")).rejects.toMatchObject({ code: 404, message: "there is no Atlantis" });
  });

  it("awakeable", async () => {
    const ask = async (cents: number, decide: (id: string) => Promise<void>): Promise<string> => {
      const answer = ingress.serviceClient(expenses).request(cents);
      const text = `May I spend ${cents} cents?`;
      const find = () => manager.inbox.filter((message) => message.text === text).at(-1);
      const { reply } = await eventually(() => find() ?? Promise.reject(new Error("not asked yet")));
      await decide(reply);
      manager.inbox = [];
      return await answer;
    };
    const { decide } = ingress.serviceClient(expenses);
    expect(await ask(1, (id) => ingress.resolveAwakeable(id, "yes"))).toBe("approved");
    expect(await ask(2, (id) => decide({ id, answer: "no" }))).toBe("refused");
    await expect(ask(3, (id) => decide({ id, answer: "ask someone else" }))).rejects.toThrow(
      "not my department",
    );
  });

  it("idempotency and attach", async () => {
    const { print, start, collect } = ingress.serviceClient(office);
    const before = printer.pages;
    const job = { text: "hello", jobId: fresh("job") };
    const [first, second] = await Promise.all([print(job), print(job)]);
    const started = await start(job);
    expect([first, second, await collect(started)]).toEqual(Array(3).fill(`page ${before + 1}: hello`));
    expect(printer.pages).toBe(before + 1);
  });

  it("client from outside", async () => {
    const visitor = fresh("Ann");
    const first = await visit(place.ingressUrl, visitor);
    expect(first).toEqual([
      "500",
      expect.stringMatching(`^page \\d+: Welcome, ${visitor}!$`),
      expect.stringMatching(/^page \d+: later$/),
      "ready early: false",
      `${visitor} <${visitor}@example.org>`,
      "unknown",
    ]);
  });

  describe("order application", () => {
    const LINES = [{ item: fresh("lamp"), pieces: 2 }];
    const anOrder = { lines: LINES, cents: 4200, remindAfterMs: 60_000 };
    const free = () => ingress.objectClient(stock, fresh("lamp")).free();
    const ledgerOf = (orderId: string) =>
      entries()
        .filter((entry) => entry.orderId === orderId)
        .map(({ what }) => what);

    it("ships, charging once", async () => {
      await ingress.objectClient(stock, fresh("lamp")).deliver(5);
      const id = fresh("order-1");
      const workflow = ingress.workflowClient(order, id);
      const submission = await workflow.workflowSubmit(anOrder);
      await workflow.pickedUp("courier-7");
      expect(await ingress.result(submission)).toMatchObject({ courier: "courier-7" });
      expect([await workflow.status(), await free()]).toEqual(["shipped", 3]);
      expect(ledgerOf(id)).toEqual(["charge asked", "charged", "packing", "packed"]);
    });

    it("reminds, and gives everything back when cancelled", async () => {
      const id = fresh("order-2");
      const workflow = ingress.workflowClient(order, id);
      const submission = await workflow.workflowSubmit({ ...anOrder, remindAfterMs: 100 });
      await eventually(() => expect(ledgerOf(id)).toContain("mailed"));
      await workflow.cancel();
      await expect(ingress.result(submission)).rejects.toMatchObject({ code: 409 });
      expect([await workflow.status(), await free()]).toEqual(["undone", 3]);
      expect(ledgerOf(id)).toEqual(["charge asked", "charged", "packing", "packed", "mailed", "refunded"]);
    });

    it("gives back what it reserved when the card is declined, or a shelf is empty", async () => {
      const place = (id: string, order_: typeof anOrder) =>
        ingress
          .workflowClient(order, fresh(id))
          .workflowSubmit(order_)
          .then((submission) => ingress.result(submission))
          .catch((error: unknown) => (error instanceof TerminalError ? [error.code, error.message] : error));
      expect(await place("order-3", { ...anOrder, cents: 200_000 })).toEqual([402, "card declined"]);
      const lines = [...LINES, { item: fresh("desk"), pieces: 1 }];
      expect(await place("order-4", { ...anOrder, lines })).toEqual([409, `only 0 of ${fresh("desk")} left`]);
      expect(await free()).toBe(3);
    });
  });
});
