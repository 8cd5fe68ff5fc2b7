import { describe, expect, it } from "vitest";
import { matchRoute, type Route } from "./router.ts";

const invoke = (service: string, handler: string): Route => ({ type: "invoke", service, handler });
const serdes = (service: string, operation: "encode" | "decode", serde: string): Route => ({
  type: "serdes",
  service,
  operation,
  serde,
});
const notFound: Route = { type: "notFound" };

describe("matchRoute", () => {
  it.each<[string, string | undefined, string, Route]>([
    ["discovery", "GET", "/discover", { type: "discover" }],
    ["discovery under a prefix", "GET", "/a/b/discover", { type: "discover" }],
    ["discovery after a doubled slash", "GET", "/a//discover", { type: "discover" }],
    ["health", "GET", "/health", { type: "health" }],
    ["health by HEAD", "HEAD", "/x/health", { type: "health" }],
    ["an invocation", "POST", "/invoke/Greeter/greet", invoke("Greeter", "greet")],
    ["an invocation under a prefix", "POST", "/a/invoke/b/invoke/Greeter/greet", invoke("Greeter", "greet")],
    ["an invocation without a method", undefined, "/invoke/Greeter/greet", invoke("Greeter", "greet")],
    ["a handler named like another path", "POST", "/invoke/Greeter/discover", invoke("Greeter", "discover")],
    ["a service named like another path", "POST", "/invoke/health/health", invoke("health", "health")],
    ["percent-encoded names", "POST", "/invoke/a%2Eb/%67reet", invoke("a.b", "greet")],
    ["an encoded slash in a name", "POST", "/invoke/a%2Fb/c", invoke("a/b", "c")],
    ["a serde", "POST", "/serdes/S/decode/greet/input", serdes("S", "decode", "greet/input")],
    ["an encoded serde", "POST", "/p/serdes/S/encode/greet%2Foutput", serdes("S", "encode", "greet/output")],
    ["a serde of a service named invoke", "POST", "/serdes/invoke/decode/x", serdes("invoke", "decode", "x")],
    ["the wrong method for discovery", "POST", "/discover", { type: "wrongMethod", allowed: "GET" }],
    ["the wrong method for an invocation", "GET", "/invoke/a/b", { type: "wrongMethod", allowed: "POST" }],
    ["the wrong method for a serde", "GET", "/serdes/S/encode/x", { type: "wrongMethod", allowed: "POST" }],
    ["nothing", "GET", "", notFound],
    ["the root", "GET", "/", notFound],
    ["another path", "GET", "/services", notFound],
    ["an invocation without handler", "POST", "/invoke/Greeter", notFound],
    ["an invocation of an empty handler", "POST", "/invoke/Greeter/", notFound],
    ["an invocation of an empty service", "POST", "/invoke//greet", notFound],
    ["too much after invoke", "POST", "/invoke/a/b/c", notFound],
    ["names that cannot be decoded", "POST", "/invoke/%E0%A4%A/greet", notFound],
    ["a serde without a name", "POST", "/serdes/S/encode/", notFound],
    ["another operation on a serde", "POST", "/serdes/S/other/x", notFound],
  ])("%s", (_, method, path, expected) => {
    expect(matchRoute(method, path)).toEqual(expected);
  });
});
