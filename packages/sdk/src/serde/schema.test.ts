import type { StandardSchemaV1 } from "@standard-schema/spec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { RestateError } from "../errors.ts";
import { schemaSerde } from "./schema.ts";
import { serde } from "./serdes.ts";
import { serdeSuite } from "./testing/serde-suite.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const Order = z.object({ item: z.string(), amount: z.int().min(1) });

serdeSuite("schema", {
  serde: schemaSerde(Order),
  values: fc.record({ item: fc.string(), amount: fc.integer({ min: 1 }) }),
  malformed: [new Uint8Array(0), bytes({ item: "a", amount: 0 }), bytes(null), new TextEncoder().encode("{")],
});

/** A schema of no library, to see what is asked of one. */
function handMade<T>(
  validate: StandardSchemaV1.Props<unknown, T>["validate"],
  more: object = {},
): StandardSchemaV1<unknown, T> {
  return { "~standard": { version: 1, vendor: "hand-made", validate, ...more } };
}

describe("schema", () => {
  it("gives what the schema makes of the value", () => {
    const withDefault = schemaSerde(z.object({ at: z.coerce.date(), note: z.string().default("none") }));
    expect(withDefault.deserialize(bytes({ at: 0 }))).toEqual({ at: new Date(0), note: "none" });
  });

  it("does not check what it writes", () => {
    const value = { item: 1, amount: -1 } as never;
    expect(schemaSerde(Order).serialize(value)).toEqual(bytes(value));
  });

  it("lists every issue with its JSON pointer", () => {
    const lines = handMade(() => ({
      issues: [
        { message: "too short", path: ["lines", 0, { key: "a/b" }] },
        { message: "no", path: [] },
        { message: "not at all" },
      ],
    }));
    const attempt = () => schemaSerde(lines).deserialize(bytes({}));
    expect(attempt).toThrow(RestateError);
    expect(attempt).toThrow(
      "The value does not match the schema:\n* (at /lines/0/a~1b) too short\n* no\n* not at all",
    );
  });

  it("refuses a schema that validates asynchronously, and leaves no rejection behind", async () => {
    const slow = handMade(() => Promise.reject(new Error("nobody looks at this")));
    expect(() => schemaSerde(slow).deserialize(bytes(1))).toThrow(TypeError);
    expect(() => schemaSerde(slow).deserialize(bytes(1))).toThrow(/hand-made.*asynchronously/);
    await new Promise((resolve) => setImmediate(resolve));
  });

  it.each([
    ["optional", z.string().optional()],
    ["void", z.void()],
    ["required", z.string()],
  ])("stays JSON when the value is %s", (_name, schema) => {
    expect(schemaSerde(schema).contentType).toBe("application/json");
  });

  it("takes no bytes for undefined, both ways", () => {
    const optional = schemaSerde(z.string().optional());
    expect(optional.serialize(undefined)).toEqual(new Uint8Array(0));
    expect(optional.deserialize(new Uint8Array(0))).toBeUndefined();
    expect(optional.deserialize(bytes("x"))).toBe("x");
  });

  it("shows the schema of what may be sent", () => {
    const schema = z.object({ note: z.string().default("none") });
    expect(schemaSerde(schema).jsonSchema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { note: { type: "string" } },
    });
    expect(schemaSerde(schema).jsonSchema).not.toHaveProperty("required");
  });

  it.each([
    ["has no converter", {}],
    [
      "has one that fails",
      {
        jsonSchema: {
          input() {
            throw new Error("cannot");
          },
        },
      },
    ],
  ])("goes without a JSON schema if the schema %s", (_name, more) => {
    expect("jsonSchema" in schemaSerde(handMade((value) => ({ value }), more))).toBe(false);
  });

  it("runs nothing of the schema's when it is made", () => {
    const validate = () => {
      throw new Error("called");
    };
    expect(() => schemaSerde(handMade(validate))).not.toThrow();
  });

  it("passes library options on", () => {
    const seen: unknown[] = [];
    const schema = handMade(
      (value, options) => {
        seen.push(options?.libraryOptions);
        return { value };
      },
      {
        jsonSchema: {
          input: (options: { libraryOptions?: unknown }) => {
            seen.push(options.libraryOptions);
            return {};
          },
        },
      },
    );
    serde.schema(schema, { strict: true }, { refs: false }).deserialize(bytes(1));
    expect(seen).toEqual([{ refs: false }, { strict: true }]);
  });
});
