import { type Context, type ObjectContext, object, service } from "@perdure/sdk";
import { describe, expect, it } from "vitest";
import { findServices } from "./find-services.ts";

const a = service({ name: "A", handlers: { run: async (_ctx: Context) => {} } });
const b = object({ name: "B", handlers: { run: async (_ctx: ObjectContext) => {} } });

const rows: readonly (readonly [what: string, exports: Record<string, unknown>, names: readonly string[]])[] =
  [
    ["by name", { a, helper: () => 1, b, limit: 7, nothing: null }, ["A", "B"]],
    ["the default", { default: a }, ["A"]],
    ["an array", { services: [a, b] }, ["A", "B"]],
    ["an array as the default", { default: [b] }, ["B"]],
    ["a default object, as of CommonJS", { default: { a, others: [b] } }, ["A", "B"]],
    ["one more than once", { default: a, a, services: [a, b] }, ["A", "B"]],
    ["arrays of something else", { sizes: [1, 2], mixed: [a, "x"] }, ["A"]],
    ["what looks like one", { fake: { name: "A" }, kind: { _kind: "service" } }, []],
    ["deeper down", { groups: { a } }, []],
    ["nothing", {}, []],
  ];

describe("the services of a module", () => {
  it.each(rows)("%s", (_, exports, names) => {
    expect(findServices(exports).map(({ name }) => name)).toEqual(names);
  });
});
