import fc from "fast-check";
import SuperJSON from "superjson";
import { describe, expect, it } from "vitest";
import { serdeSuite } from "./serde/testing/serde-suite.ts";
import { superjsonSerde } from "./superjson.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY, -0),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
);
const rich = fc.oneof(
  leaf,
  fc.array(leaf),
  fc.dictionary(
    fc.string().filter((key) => !["__proto__", "constructor", "prototype"].includes(key)),
    leaf,
    { noNullPrototype: true },
  ),
  fc.uniqueArray(fc.string()).map((items) => new Set(items)),
  fc
    .uniqueArray(fc.tuple(fc.string(), leaf), { selector: ([key]) => key })
    .map((entries) => new Map(entries)),
);

serdeSuite("superjson", {
  serde: superjsonSerde(),
  values: rich,
  malformed: [bytes("{"), bytes("undefined"), Uint8Array.of(0xff)],
});

describe("superjson", () => {
  const serde = superjsonSerde();

  it("keeps what JSON loses", () => {
    const value = {
      at: new Date(0),
      byName: new Map([["a", { big: 2n ** 70n }]]),
      tags: new Set(["x"]),
      gone: undefined,
      pattern: /a+/gi,
      where: new URL("https://example.com/a"),
    };
    expect(serde.deserialize(serde.serialize(value))).toEqual(value);
  });

  it("writes superjson's own format as JSON", () => {
    const value = { at: new Date(0) };
    expect(text(serde.serialize(value))).toBe(SuperJSON.stringify(value));
    expect(serde.contentType).toBe("application/json");
  });

  it.each([
    ['"hello"', "hello"],
    ['{"name":"a"}', { name: "a" }],
    ["[1]", [1]],
    ['{"json":1,"other":2}', { json: 1, other: 2 }],
    ['{"json":1}', 1],
  ])("reads %s, plain or not", (source, expected) => {
    expect(serde.deserialize(bytes(source))).toEqual(expected);
  });

  it("has no bytes for undefined itself", () => {
    expect(serde.serialize(undefined)).toEqual(new Uint8Array(0));
    expect(serde.deserialize(new Uint8Array(0))).toBeUndefined();
  });

  it.each([
    [{ name: "a" }, '{"name":"a"}'],
    [{ json: 1 }, '{"json":{"json":1}}'],
    [1n, '{"json":"1","meta":{"values":["bigint"],"v":1}}'],
  ])("previews %o as plainly as it can", async (value, expected) => {
    expect(await serde.preview?.toJsonString(value)).toBe(expected);
    expect(await serde.preview?.fromJsonString(expected)).toEqual(value);
  });

  it("takes an instance with its own classes", () => {
    class Money {
      readonly cents: number;
      constructor(cents: number) {
        this.cents = cents;
      }
    }
    const instance = new SuperJSON();
    instance.registerClass(Money);
    const money = superjsonSerde<Money>({ superjson: instance });
    expect(money.deserialize(money.serialize(new Money(5)))).toBeInstanceOf(Money);
  });

  it("carries a JSON schema", () => {
    expect(superjsonSerde({ jsonSchema: { type: "object" } }).jsonSchema).toEqual({ type: "object" });
  });
});
