import { decodeInvocationId, encodeInvocationId } from "@perdure/sdk/internal";
import { expect, test } from "vitest";
import { loadXxh3 } from "../xxh3.ts";
import { type IdParts, toInvocationId } from "./ids.ts";

const xxh3 = await loadXxh3();
const entropy = Uint8Array.from({ length: 16 }, (_, index) => index + 1);

function idOf(target: Partial<IdParts["target"]>, idempotencyKey?: string): Uint8Array {
  const whole = { service: "S", handler: "h", key: undefined, handlerKind: "service" as const, ...target };
  return decodeInvocationId(toInvocationId({ target: whole, idempotencyKey, entropy }, xxh3));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Vectors of protocol section 5.1, seen on a real server. */
test.each([
  ["k1", "548ae3cba54055b3"],
  ["w1", "5164c775648d211b"],
])("the partition of key %s", (key, expected) => {
  expect(hex(idOf({ key }).subarray(0, 8))).toBe(expected);
});

test("the partition of an idempotent request to a service", () => {
  expect(hex(idOf({ service: "P9191" }, "abc").subarray(0, 8))).toBe("98de9666f495f85e");
});

test("what determines a request determines its id; everything else is chance", () => {
  expect(idOf({ key: "k" }, "i")).toEqual(idOf({ key: "k" }, "i"));
  const different = [
    idOf({ key: "k" }, "j"),
    idOf({ key: "l" }, "i"),
    idOf({ key: "k", handler: "g" }, "i"),
    idOf({ key: "k" }),
  ];
  for (const id of different) expect(id).not.toEqual(idOf({ key: "k" }, "i"));
  expect(idOf({ key: "k", handlerKind: "workflow" })).toEqual(
    idOf({ key: "k", handlerKind: "workflow", handler: "x" }),
  );
  expect(hex(idOf({}).subarray(8))).toBe(hex(entropy));
});

test("ids are text that decodes again", () => {
  const bytes = idOf({ key: "k" }, "i");
  expect(encodeInvocationId(bytes)).toMatch(/^inv_1[0-9a-zA-Z]{33}$/);
});
