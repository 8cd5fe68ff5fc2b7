import {
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import {
  createMessageDecoder,
  encodeMessages,
  type Message,
  type ProtocolVersion,
} from "@perdure/sdk/internal";

/** An HTTP/2 server that does with each stream what the test says, right or wrong. */
export interface RawEndpoint {
  readonly uri: string;
  readonly sessions: readonly ServerHttp2Session[];
  close(): Promise<void>;
}

export async function serveRaw(
  answer: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  settings: { readonly maxConcurrentStreams?: number } = {},
): Promise<RawEndpoint> {
  const server = createServer({ settings });
  const sessions: ServerHttp2Session[] = [];
  server.on("session", (session) => {
    sessions.push(session);
    session.on("error", () => {});
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    answer(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sessions,
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy();
        server.close(() => resolve());
      }),
  };
}

export function respond(stream: ServerHttp2Stream, version: ProtocolVersion = 7): void {
  stream.respond({ ":status": 200, "content-type": `application/vnd.restate.invocation.v${version}` });
}

export function encode(messages: readonly Message[], version: ProtocolVersion = 7): Uint8Array {
  return encodeMessages(messages, version);
}

/** Everything that the request brings, once it has ended. */
export async function readAll(stream: ServerHttp2Stream, version: ProtocolVersion = 7): Promise<Message[]> {
  const decoder = createMessageDecoder({ version });
  const messages: Message[] = [];
  for await (const chunk of stream) messages.push(...decoder.push(chunk as Uint8Array));
  return messages;
}

/** What the request brings, as it comes. */
export async function readSome(
  stream: ServerHttp2Stream,
  version: ProtocolVersion,
  take: (message: Message) => void,
): Promise<void> {
  const decoder = createMessageDecoder({ version });
  for await (const chunk of stream) for (const message of decoder.push(chunk as Uint8Array)) take(message);
}

export const OUTPUT: Message = {
  type: "Output",
  name: "",
  result: { type: "success", value: new Uint8Array([1]) },
};

export const END: Message = { type: "End" };
