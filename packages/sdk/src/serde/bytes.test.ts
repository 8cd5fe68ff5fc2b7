import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binarySerde } from "./binary.ts";
import { emptySerde } from "./empty.ts";
import { serdeSuite } from "./testing/serde-suite.ts";

serdeSuite("binary", { serde: binarySerde, values: fc.uint8Array(), malformed: [] });

serdeSuite("empty", {
  serde: emptySerde,
  values: fc.constant(undefined),
  malformed: [Uint8Array.of(0), new TextEncoder().encode("null")],
});

describe("binary", () => {
  it.each([["text"], [null], [undefined], [[1, 2]]])("refuses %j", (value) => {
    expect(() => binarySerde.serialize(value as never)).toThrow(/serde\.binary takes a Uint8Array, not \w+/);
  });

  it("has a content type of its own", () => {
    expect(binarySerde.contentType).toBe("application/octet-stream");
  });
});

describe("empty", () => {
  it.each([[null], [""], [0], [{}]])("refuses %j", (value) => {
    expect(() => emptySerde.serialize(value as never)).toThrow("serde.empty takes undefined only");
  });

  it("has no content type, so that the ingress refuses a body", () => {
    expect(emptySerde.contentType).toBeUndefined();
    expect(emptySerde.jsonSchema).toBeUndefined();
  });
});
