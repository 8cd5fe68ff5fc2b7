import { describe, expect, it } from "vitest";
import { checkHandlerName, checkServiceName } from "./names.ts";

describe("service names", () => {
  it.each(["a", "A", "_a", "_0", "a.b-c_d", "Greeter9", "rest", "openapis", "my.restate"])(
    "takes %s",
    (name) => {
      expect(() => checkServiceName(name)).not.toThrow();
    },
  );

  it.each([
    ["a/b", 'has a "/"'],
    ["", "is not valid"],
    ["0a", "is not valid"],
    ["_", "is not valid"],
    ["__proto__", "is not valid"],
    ["a b", "is not valid"],
    ["é", "is not valid"],
    ["a\n", "is not valid"],
    ["restate", "is reserved"],
    ["RestateThings", "is reserved"],
    ["OpenApi", "is reserved"],
  ])("refuses %j", (name, message) => {
    expect(() => checkServiceName(name)).toThrow(TypeError);
    expect(() => checkServiceName(name)).toThrow(message);
  });
});

describe("handler names", () => {
  it.each(["a", "_a", "_0", "run", "send", "restate", "a_b9"])("takes %s", (name) => {
    expect(() => checkHandlerName("s", name)).not.toThrow();
  });

  it.each(["", "a.b", "a-b", "a/b", "9a", "__proto__", "_", "a "])("refuses %j", (name) => {
    expect(() => checkHandlerName("s", name)).toThrow(TypeError);
    expect(() => checkHandlerName("s", name)).toThrow(`The handler name "${name}" of "s" is not valid`);
  });
});
