import { service } from "@perdure/sdk";
import { bindEndpoint } from "@perdure/sdk/internal";
import { describe, expect, test } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { createInProcessInvoker } from "./in-process-invoker.ts";
import { ScriptedEngine, text, toAttemptRequest } from "./testing/scripted-engine.ts";

const greeter = service({
  name: "greeter",
  handlers: { greet: async (_ctx, name: string) => `Hello ${name}` },
});

describe("a journal value codec", () => {
  test("is made once and stands between the journal and the handler", async () => {
    let made = 0;
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff);
    const invoker = createInProcessInvoker({
      clock: createVirtualClock(),
      endpoint: bindEndpoint({
        services: [greeter],
        journalValueCodecProvider: async () => {
          made += 1;
          return { encode: flip, decode: async (bytes) => flip(bytes) };
        },
      }),
    });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const request = toAttemptRequest({});
      const value = flip(new TextEncoder().encode('"Ada"'));
      const engine = new ScriptedEngine(invoker, {
        ...request,
        entries: [{ type: "Input", name: "", headers: [], value }],
      });
      const output = await engine.next();
      expect(
        output.type === "Output" && output.result.type === "success" && text(flip(output.result.value)),
      ).toBe('"Hello Ada"');
      engine.tell((running) => running.finish());
    }
    expect(made).toBe(1);
  });

  test("that can't be made fails the attempt", async () => {
    const endpoint = bindEndpoint({
      services: [greeter],
      journalValueCodecProvider: () => Promise.reject(new Error("no key")),
    });
    const invoker = createInProcessInvoker({ clock: createVirtualClock(), endpoint });
    const engine = new ScriptedEngine(invoker, toAttemptRequest({}));
    expect((await engine.untilFailed()).failure.message).toContain("no key");
  });
});
