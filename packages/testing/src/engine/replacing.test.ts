import { type Context, iface, implement, object, service, TerminalError } from "@perdure/sdk";
import { describe, expect, it } from "vitest";
import { createTestEngine, replacement } from "../index.ts";
import { counter, greeter } from "./testing/services.ts";

const host = service({
  name: "host",
  handlers: {
    welcome: async (ctx: Context, name: string) => `${await ctx.serviceClient(greeter).greet(name)} Come in.`,
    bill: async (ctx: Context, amount: number) => {
      const receipt = await ctx.run("charge", async (): Promise<{ id: string }> => {
        throw new Error("there is no bank here");
      });
      return `${amount} by ${receipt.id}`;
    },
    count: async (ctx: Context, amount: number) => await ctx.objectClient(counter, "guests").add(amount),
  },
});

describe("a service that is replaced", () => {
  it("is called instead, with the types of the other", async () => {
    const polite = replacement(greeter, { greet: async (_ctx, name: string) => `Good evening, ${name}.` });
    await using engine = await createTestEngine({ services: [host, greeter], replace: [polite] });
    expect(await engine.client.serviceClient(host).welcome("Mary")).toBe("Good evening, Mary. Come in.");
    // @ts-expect-error: it gives a text.
    replacement(greeter, { greet: async () => 1 });
  });

  it("may stand for one that runs elsewhere", async () => {
    const guests = replacement(counter, { add: async (_ctx, amount: number) => amount * 100 });
    await using engine = await createTestEngine({ services: [host], replace: [guests] });
    expect(await engine.client.serviceClient(host).count(3)).toBe(300);
  });

  it("fails for good where a handler was left out", async () => {
    await using engine = await createTestEngine({ services: [host], replace: [replacement(greeter, {})] });
    await expect(engine.client.serviceClient(host).welcome("x")).rejects.toThrow(
      "greeter/greet was called, but the replacement of greeter has no handler greet: give it one.",
    );
  });

  it("may implement a contract", async () => {
    const contract = iface.service("greeter", { greet: iface.json<string, string>() });
    const other = implement(contract, { handlers: { greet: async () => "Hi." } });
    await using engine = await createTestEngine({ services: [host], replace: [other] });
    expect(await engine.client.serviceClient(host).welcome("x")).toBe("Hi. Come in.");
    await expect(createTestEngine({ services: [greeter], replace: [other] })).rejects.toThrow(
      "the replacement of greeter lacks nap",
    );
  });

  it("must be of the same kind, and one only, and have no other handlers", async () => {
    const wrong = object({ name: "greeter", handlers: {} });
    await expect(createTestEngine({ services: [greeter], replace: [wrong] })).rejects.toThrow(
      "greeter is a service, but its replacement is a object",
    );
    const right = replacement(greeter, {});
    await expect(createTestEngine({ services: [], replace: [right, right] })).rejects.toThrow(
      "replaced twice",
    );
    expect(() => replacement(greeter, { gret: async () => "" } as never)).toThrow("has no handler gret");
    expect(() => replacement({ name: "greeter" }, {})).toThrow("only a name");
  });
});

describe("a run that is replaced", () => {
  it("gives what stands for it, recorded like any other", async () => {
    const seen: unknown[] = [];
    await using engine = await createTestEngine({
      services: [host],
      runs: {
        charge: (_real, run) => {
          seen.push(run);
          return { id: "r-1" };
        },
      },
    });
    expect(await engine.client.serviceClient(host).bill(7)).toBe("7 by r-1");
    expect(seen).toEqual([
      { name: "charge", service: "host", handler: "bill", invocationId: expect.stringMatching(/^inv_/) },
    ]);
    const [invocation] = await engine.invocations();
    const { entries } = await engine.journal(invocation?.invocationId ?? "");
    expect(entries.map((entry) => ("command" in entry ? entry.name : entry.notification))).toContain(
      "charge",
    );
  });

  it("may fail, be tried again, and ask the real one", async () => {
    let attempts = 0;
    await using engine = await createTestEngine({
      services: [host],
      runs: {
        charge: async (real) => {
          attempts += 1;
          if (attempts < 3) await real();
          throw new TerminalError("declined");
        },
      },
    });
    await expect(engine.client.serviceClient(host).bill(7)).rejects.toThrow("declined");
    expect(attempts).toBe(3);
  });
});

describe("a service that is not there", () => {
  it("fails the call at once, and says what there is", async () => {
    await using engine = await createTestEngine({ services: [host] });
    const error: unknown = await engine.client
      .serviceClient(host)
      .welcome("x")
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TerminalError);
    expect(String(error)).toContain(
      "The call of greeter/greet fails: there is no service greeter in this engine. It has host. Add it to services, or something in its place to replace.",
    );
  });

  it("is told apart from a handler that is not there", async () => {
    const other = service({ name: "greeter", handlers: { wave: async (_ctx: Context) => "o/" } });
    await using engine = await createTestEngine({ services: [host, other] });
    await expect(engine.client.serviceClient(host).welcome("x")).rejects.toThrow(
      "greeter has no handler greet. It has wave.",
    );
    await expect(engine.client.serviceClient(greeter).greet("x")).rejects.toThrow("greet");
  });
});
