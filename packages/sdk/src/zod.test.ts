import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import { serdeSuite } from "./serde/testing/serde-suite.ts";
import { serde, zodSerde } from "./zod.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

serdeSuite("zod", {
  serde: zodSerde(z.object({ name: z.string(), tags: z.array(z.string()), age: z.int().optional() })),
  values: fc.record(
    { name: fc.string(), tags: fc.array(fc.string()), age: fc.maxSafeInteger() },
    { requiredKeys: ["name", "tags"] },
  ),
  malformed: [bytes({ name: 1, tags: [] }), new Uint8Array(0)],
});

serdeSuite("zod void", {
  serde: zodSerde(z.void()),
  values: fc.constant(undefined),
  malformed: [bytes(null)],
});

describe("zod", () => {
  it("is there under both names", () => {
    expect(serde.zod).toBe(zodSerde);
  });

  it("leaves open in the JSON schema what has none", () => {
    expect(zodSerde(z.object({ at: z.date(), item: z.string() })).jsonSchema).toMatchObject({
      type: "object",
      properties: { at: {}, item: { type: "string" } },
    });
  });

  it("shows what may be sent, not what comes out", () => {
    const schema = z.object({ size: z.string().transform((text) => text.length) });
    expect(zodSerde(schema).jsonSchema).toMatchObject({ properties: { size: { type: "string" } } });
    expect(zodSerde(schema).jsonSchema).not.toHaveProperty("additionalProperties");
  });

  it("says where the value does not fit", () => {
    const schema = zodSerde(z.object({ lines: z.array(z.object({ amount: z.number() })) }));
    expect(() => schema.deserialize(bytes({ lines: [{ amount: "1" }] }))).toThrow(
      /^The value does not match the schema:\n\* \(at \/lines\/0\/amount\) /,
    );
  });

  it("refuses asynchronous checks", () => {
    const schema = zodSerde(z.string().refine(async () => true));
    expect(() => schema.deserialize(bytes("x"))).toThrow(TypeError);
  });

  it.each([
    ["void", z.void(), undefined],
    ["undefined", z.undefined(), undefined],
    ["optional", z.string().optional(), "application/json"],
    ["string", z.string(), "application/json"],
  ])("has a content type unless there can be no value: %s", (_name, schema, expected) => {
    expect(zodSerde<z.ZodType>(schema).contentType).toBe(expected);
    expect("jsonSchema" in zodSerde<z.ZodType>(schema)).toBe(expected !== undefined);
  });

  it("takes the schemas of zod/mini", () => {
    expect(zodSerde(mini.object({ n: mini.number() })).deserialize(bytes({ n: 1 }))).toEqual({ n: 1 });
  });
});
