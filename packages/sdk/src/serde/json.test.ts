import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RestateError } from "../errors.ts";
import { JsonSerde, jsonSerde, SEARCH_DEPTH_MAX } from "./json.ts";
import { serdeSuite } from "./testing/serde-suite.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

serdeSuite("JSON", {
  serde: new JsonSerde<unknown>(),
  values: fc.oneof(fc.jsonValue({ noUnicodeString: false }), fc.constant(undefined)).map((value) => {
    // JSON has no -0.
    return value === undefined ? value : JSON.parse(JSON.stringify(value));
  }),
  malformed: [bytes("{"), bytes("undefined"), bytes("1 2"), Uint8Array.of(0xff, 0xfe)],
});

describe("JSON", () => {
  it.each([
    [undefined, ""],
    [null, "null"],
    ["", '""'],
    [0, "0"],
    [{ b: 1, a: [true, null] }, '{"b":1,"a":[true,null]}'],
    [{ gone: undefined, kept: null }, '{"kept":null}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ["é\u{1f600}", '"é\u{1f600}"'],
  ])("writes %j as %s", (value, expected) => {
    expect(text(jsonSerde.serialize(value))).toBe(expected);
  });

  it("keeps the order of keys, also of __proto__ and integer-like ones", () => {
    const source = '{"2":1,"10":2,"b":3,"__proto__":{"x":1},"a":4}';
    expect(text(jsonSerde.serialize(jsonSerde.deserialize(bytes(source))))).toBe(source);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ["a BigInt", 1n, "Cannot write the value as JSON: a BigInt (at /)"],
    ["a BigInt inside", { list: [{ "a/b~c": 1n }] }, "a BigInt (at /list/0/a~1b~0c)"],
    ["a function", () => 1, "Cannot write the value as JSON: it is a function"],
    ["a symbol", Symbol("x"), "Cannot write the value as JSON: it is a symbol"],
  ])("says where it met %s", (_name, value, message) => {
    expect(() => jsonSerde.serialize(value)).toThrow(message);
    expect(() => jsonSerde.serialize(value)).toThrow(RestateError);
  });

  it("says where a value refers back to itself", () => {
    const order: { lines: { of?: unknown }[] } = { lines: [{}, {}] };
    order.lines[1]!.of = order;
    expect(() => jsonSerde.serialize(order)).toThrow(
      "a reference back to an enclosing object (at /lines/1/of)",
    );
  });

  it.each([
    ["as deep as it looks", SEARCH_DEPTH_MAX, "a BigInt (at /in/in/"],
    ["one deeper", SEARCH_DEPTH_MAX + 1, "Do not know how to serialize a BigInt"],
  ])("finds what is in the way %s", (_name, depth, message) => {
    let value: unknown = 1n;
    for (let level = 0; level < depth; level++) value = { in: value };
    expect(() => jsonSerde.serialize(value)).toThrow(message);
  });

  it("keeps what toJSON threw", () => {
    const value = {
      toJSON() {
        throw new Error("not now");
      },
    };
    expect(() => jsonSerde.serialize(value)).toThrow("Cannot write the value as JSON: not now");
  });

  it("tells bytes that are not text from text that is not JSON", () => {
    expect(() => jsonSerde.deserialize(Uint8Array.of(0xc3))).toThrow(
      "Not JSON: the 1 bytes are not UTF-8 text",
    );
    expect(() => jsonSerde.deserialize(bytes("hello"))).toThrow(/^Not JSON: /);
  });

  it("carries a JSON schema and has none unless given", () => {
    expect(new JsonSerde({ type: "string" }).jsonSchema).toEqual({ type: "string" });
    expect(jsonSerde.jsonSchema).toBeUndefined();
    expect(jsonSerde.schema({ type: "number" }).jsonSchema).toEqual({ type: "number" });
    expect(jsonSerde.contentType).toBe("application/json");
  });
});
