import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Context, type ObjectContext, object, service } from "@perdure/sdk";
import { afterEach, expect, test, vi } from "vitest";
import { createEngine } from "./create-engine.ts";
import { createMemoryStore } from "./store/memory-store.ts";

const counter = object({
  name: "Counter",
  handlers: {
    add: async (ctx: ObjectContext, amount: number) => {
      const value = ((await ctx.get<number>("value")) ?? 0) + amount;
      ctx.set("value", value);
      return value;
    },
  },
});

const shop = service({
  name: "Shop",
  handlers: {
    buy: async (ctx: Context, item: string) => {
      const [count, price] = await Promise.all([
        ctx.objectClient(counter, item).add(1),
        ctx.run("price", () => 42),
      ]);
      await ctx.sleep(1);
      return `${item} no. ${count} for ${price}`;
    },
  },
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("services of this process call each other, and are called by the typed client", async () => {
  const engine = await createEngine({ services: [shop, counter], ephemeral: true });
  const client = engine.client.serviceClient(shop);
  expect(await client.buy("tea")).toBe("tea no. 1 for 42");
  expect(await Promise.all([client.buy("cup"), client.buy("tea")])).toEqual([
    "cup no. 1 for 42",
    "tea no. 2 for 42",
  ]);
  await engine.close();
});

test("what was kept in a folder is there again, and one engine at a time may use it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "perdure-engine-"));
  const options = { services: [shop, counter], data: folder };
  const first = await createEngine(options);
  await first.client.objectClient(counter, "tea").add(5);
  await expect(createEngine(options)).rejects.toMatchObject({ name: "StoreError", code: "locked" });
  await first.close();
  const second = await createEngine(options);
  expect(await second.client.objectClient(counter, "tea").add(1)).toBe(6);
  await second.close();
  await rm(folder, { recursive: true });
});

test("without a folder it says that it keeps nothing, unless that is meant", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  await (await createEngine({ services: [counter] })).close();
  await (await createEngine({ services: [counter], ephemeral: true })).close();
  await (await createEngine({ services: [counter], store: createMemoryStore() })).close();
  expect(warn.mock.calls).toEqual([[expect.stringContaining("keeps nothing")]]);
});

test("a closed engine takes nothing, and says so", async () => {
  const engine = await createEngine({ services: [counter], ephemeral: true });
  await engine.close();
  await expect(engine.client.objectClient(counter, "a").add(1)).rejects.toMatchObject({ status: 503 });
});
