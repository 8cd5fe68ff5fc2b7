import { expect, test } from "vitest";
import { StateMachine } from "./machine.ts";
import { bytes, DEPLOYMENT, ended, SERVICES, serviceOf } from "./testing/driven-machine.ts";

/** One call of an object that sets state, by what it wrote. */
function keysWritten(isVolatile: boolean): string[] {
  const services = new Map(
    [...SERVICES, serviceOf("Cart", "object", { add: "exclusive" })].map((s) => [s.name, s]),
  );
  const machine = new StateMachine({
    directory: {
      service: (name) => services.get(name),
      deployment: () => DEPLOYMENT,
      handlerAt: (_id, service, handler) => services.get(service)?.handlers.get(handler),
    },
    xxh3: () => 1n,
    isVolatile,
  });
  machine.start(0);
  const entropy = new Uint8Array(16).fill(1);
  const accepted = machine.apply({
    type: "invoke",
    nowMs: 1,
    service: "Cart",
    handler: "add",
    key: "k",
    parameter: bytes("1"),
    headers: [],
    idempotencyKey: undefined,
    executeAtMs: undefined,
    invokedBy: { type: "ingress" },
    entropy,
    waiterId: 1,
    awaitsResult: true,
  });
  const [invocation] = machine.world.live.values();
  const done = machine.apply({
    type: "attemptMessages",
    nowMs: 2,
    invocationId: invocation?.id ?? "",
    attempt: invocation?.attempt ?? 0,
    messages: [{ type: "SetState", name: "", key: "n", value: bytes("1") }, ...ended("1")],
    entropy: () => entropy,
    jitter: 0,
  });
  return [accepted, done].map(({ writes }) =>
    writes.map(({ key, value }) => `${value === undefined ? "-" : ""}${key[0]}`).join(" "),
  );
}

test("what came and went within a step is not written", () => {
  expect(keysWritten(false)).toEqual(["j i", "s -i -j a"]);
});

test("a machine of which nothing is read again writes archives alone", () => {
  expect(keysWritten(true)).toEqual(["", "a"]);
});
