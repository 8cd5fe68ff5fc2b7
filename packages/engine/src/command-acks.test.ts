import { encodeMessages, type Message } from "@perdure/sdk/internal";
import { expect, test } from "vitest";
import { createEngine } from "./create-engine.ts";
import { END, encode, OUTPUT, readSome, respond, serveRaw } from "./invoker/testing/raw-endpoint.ts";
import { createMemoryStore } from "./store/memory-store.ts";

const VERSION = 6;

const MANIFEST = {
  protocolMode: "BIDI_STREAM",
  minProtocolVersion: 5,
  maxProtocolVersion: VERSION,
  services: [{ name: "Acked", ty: "SERVICE", handlers: [{ name: "run" }] }],
};

/** A command whose sender wants to hear that it was stored. Protocol section 2.1. */
function wanted(message: Message): Uint8Array {
  const bytes = encodeMessages([message], VERSION);
  bytes[2] = 0x80;
  return bytes;
}

const run = (completionId: number): Message => ({ type: "Run", name: "", completionId });

test("a command that asks for it is acknowledged when it is stored, by its index", async () => {
  let isStored = false;
  let store = (): void => {};
  let gate = Promise.resolve();
  const heard: unknown[] = [];
  const endpoint = await serveRaw((stream, headers) => {
    if (headers[":path"] === "/discover") {
      stream.respond({ ":status": 200, "content-type": "application/vnd.restate.endpointmanifest.v4+json" });
      stream.end(JSON.stringify(MANIFEST));
      return;
    }
    gate = new Promise((resolve) => {
      store = resolve;
    });
    respond(stream, VERSION);
    stream.write(wanted(run(1)));
    stream.write(encode([run(2)], VERSION));
    stream.write(wanted(run(3)));
    void readSome(stream, VERSION, (message) => {
      heard.push(message.type === "CommandAck" ? [message.commandIndex, isStored] : message.type);
      if (message.type === "CommandAck" && message.commandIndex === 3)
        stream.end(encode([OUTPUT, END], VERSION));
    });
    setTimeout(() => {
      isStored = true;
      store();
    }, 20);
  });
  const engine = await createEngine({ store: createMemoryStore({ gate: () => gate }) });
  await engine.api.register({ uri: endpoint.uri });
  const request = { service: "Acked", handler: "run", body: new Uint8Array(), headers: [] };
  expect(await engine.api.call(request)).toMatchObject({ type: "success" });
  expect(heard).toEqual(["Start", "Input", [1, true], [3, true]]);
  await engine.close();
  await endpoint.close();
});
