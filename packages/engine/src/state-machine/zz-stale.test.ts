import type { Message } from "@perdure/sdk/internal";
import { expect, test } from "vitest";
import { bytes, DrivenMachine, ended, suspendedOn } from "./testing/driven-machine.ts";

function call(key: string): Message {
  return { type: "Call", service: "Cart", handler: "add", key, parameter: bytes("1"), headers: [], name: "", invocationIdCompletionId: 1, completionId: 2 };
}

test("stale sink", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy", { idempotencyKey: "k" });
  const first = engine.one("Shop/buy");
  engine.says(first, call("a"), ...ended("gone on"));
  engine.control("purge", first);
  engine.invoke("Shop/buy", { idempotencyKey: "k" });
  const second = engine.one("Shop/buy");
  engine.says(second, call("b"), suspendedOn(2));
  engine.says(engine.one("Cart/a/add"), ...ended("of a"));
  expect(second.journal.at(-1)?.message).toMatchObject({ kind: "CallInvocationId" });
  engine.says(engine.one("Cart/b/add"), ...ended("of b"));
  expect(second.journal.at(-1)?.message).toMatchObject({ result: { value: bytes("of b") } });
});
