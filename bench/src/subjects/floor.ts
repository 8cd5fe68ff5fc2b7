import { createServer, type ServerHttp2Stream } from "node:http2";
import { answerQuestions } from "./control.ts";
import { MessageCounter } from "./message-counter.ts";

/**
 * The least an endpoint can do: `node:http2`, the length of each message, and bytes that
 * were made before. It knows no handlers, no journal, no values.
 */

/** What to write once so many messages have come, one after another. */
export interface FloorStep {
  readonly after: number;
  readonly bytes: Uint8Array;
}

/** Tells the floor what to do with requests at this path. */
export interface FloorScript {
  readonly path: string;
  readonly steps: readonly FloorStep[];
}

const scripts = new Map<string, readonly FloorStep[]>();

function play(stream: ServerHttp2Stream, steps: readonly FloorStep[]): void {
  const counter = new MessageCounter();
  let at = 0;
  stream.on("data", (chunk: Buffer) => {
    counter.push(chunk);
    for (let next = steps[at]; next !== undefined && counter.count >= next.after; next = steps[at]) {
      at += 1;
      stream.write(next.bytes);
    }
  });
  stream.on("end", () => stream.end());
}

const server = createServer();
server.on("stream", (stream, headers) => {
  const steps = scripts.get(String(headers[":path"]));
  if (steps === undefined) {
    stream.respond({ ":status": 404 }, { endStream: true });
    return;
  }
  stream.respond({ ":status": 200, "content-type": String(headers["content-type"]) });
  play(stream, steps);
});
process.on("message", (message: unknown) => {
  if (typeof message !== "object" || message === null || !("steps" in message)) return;
  const { path, steps } = message as FloorScript;
  scripts.set(path, steps);
  process.send?.({});
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It listens at no port.");
  answerQuestions(address.port);
});
