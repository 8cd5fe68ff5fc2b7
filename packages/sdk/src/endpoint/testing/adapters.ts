import { request as http1Request } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import type { EndpointOptions } from "../../definition/endpoint-options.ts";
import { createEndpointHandler as createFetchHandler } from "../fetch.ts";
import { createEndpointHandler as createLambdaHandler } from "../lambda.ts";
import { serve } from "../node-serve.ts";
import { type ClientExchange, Incoming } from "./client-exchange.ts";

/** The ways of running an endpoint; one suite of cases runs on all of them. */
export interface Adapter {
  readonly name: string;
  /** Whether a test can read the response before it has ended the request. */
  readonly bidirectional: boolean;
  /** Whether a connection exists that can break; in Lambda there is none. */
  readonly breakable: boolean;
  open(options: EndpointOptions): Promise<OpenEndpoint>;
}

export interface RequestInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OpenEndpoint {
  request(path: string, init?: RequestInit): ClientExchange;
  close(): Promise<void>;
}

type NodeMode = { readonly bidirectional?: boolean };

export const adapters: readonly Adapter[] = [
  { name: "node http2", bidirectional: true, breakable: true, open: (options) => openHttp2(options, {}) },
  {
    name: "node http2, request and response",
    bidirectional: false,
    breakable: true,
    open: (options) => openHttp2(options, { bidirectional: false }),
  },
  { name: "node http1", bidirectional: false, breakable: true, open: (options) => openHttp1(options, {}) },
  {
    name: "node http1, bidirectional",
    bidirectional: true,
    breakable: true,
    open: (options) => openHttp1(options, { bidirectional: true }),
  },
  { name: "fetch", bidirectional: false, breakable: true, open: (options) => openFetch(options, false) },
  {
    name: "fetch, bidirectional",
    bidirectional: true,
    breakable: true,
    open: (options) => openFetch(options, true),
  },
  { name: "lambda", bidirectional: false, breakable: false, open: openLambda },
];

async function openHttp2(options: EndpointOptions, mode: NodeMode): Promise<OpenEndpoint> {
  const serving = await serve({ ...options, ...mode, port: 0 });
  const session = connect(serving.url);
  session.on("error", () => {});
  return {
    request: (path, init) => requestHttp2(session, path, init),
    close: async () => {
      session.destroy();
      await serving.close({ graceMs: 0 });
    },
  };
}

export function requestHttp2(session: ClientHttp2Session, path: string, init?: RequestInit): ClientExchange {
  const method = init?.method ?? "POST";
  const stream = session.request(
    { ...init?.headers, ":method": method, ":path": path },
    { endStream: false },
  );
  const response = new Incoming();
  stream.on("response", ({ ":status": status, ...headers }) => {
    response.onHead({ status: Number(status), headers: headers as Record<string, string> });
  });
  stream.on("data", (bytes: Buffer) => response.onChunk(bytes));
  stream.on("end", () => {
    if (stream.rstCode === 0) response.onEnd();
  });
  stream.on("error", (error) => response.onError(error));
  stream.on("close", () => response.onError(new Error(`closed with code ${stream.rstCode}`)));
  return {
    write: (bytes) => void stream.write(bytes),
    end: () => void stream.end(),
    reset: () => stream.close(8),
    response,
  };
}

async function openHttp1(options: EndpointOptions, mode: NodeMode): Promise<OpenEndpoint> {
  const serving = await serve({ ...options, ...mode, port: 0 });
  return {
    request: (path, init) => requestHttp1(serving.url, path, init),
    close: () => serving.close({ graceMs: 0 }),
  };
}

export function requestHttp1(url: string, path: string, init?: RequestInit): ClientExchange {
  const response = new Incoming();
  const request = http1Request(url + path, { method: init?.method ?? "POST", headers: init?.headers });
  request.on("response", (message) => {
    response.onHead({
      status: message.statusCode ?? 0,
      headers: message.headers as Record<string, string>,
    });
    message.on("data", (bytes: Buffer) => response.onChunk(bytes));
    message.on("end", () => response.onEnd());
    message.on("error", (error) => response.onError(error));
  });
  request.on("error", (error) => response.onError(error));
  request.flushHeaders();
  return {
    write: (bytes) => void request.write(bytes),
    end: () => void request.end(),
    reset: () => void request.destroy(),
    response,
  };
}

async function openFetch(options: EndpointOptions, bidirectional: boolean): Promise<OpenEndpoint> {
  const handler = createFetchHandler({ ...options, bidirectional });
  return { request: (path, init) => requestFetch(handler, path, init), close: async () => {} };
}

function requestFetch(
  handler: (request: Request) => Promise<Response>,
  path: string,
  init: RequestInit | undefined,
): ClientExchange {
  const response = new Incoming();
  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      body = controller;
    },
  });
  const abort = new AbortController();
  const method = init?.method ?? "POST";
  const requestInit = {
    method,
    headers: { ...init?.headers },
    signal: abort.signal,
    ...(method === "POST" && { body: stream, duplex: "half" }),
  };
  void handler(new Request(`http://endpoint${path}`, requestInit)).then((answer) => pipe(answer, response));
  return {
    write: (bytes) => body?.enqueue(bytes),
    end: () => body?.close(),
    reset: () => abort.abort(new Error("reset by the test")),
    response,
  };
}

async function pipe(answer: Response, response: Incoming): Promise<void> {
  response.onHead({ status: answer.status, headers: Object.fromEntries(answer.headers) });
  try {
    const reader = answer.body?.getReader();
    for (;;) {
      const next = await reader?.read();
      if (next === undefined || next.done) break;
      response.onChunk(next.value);
    }
    response.onEnd();
  } catch (error) {
    response.onError(error);
  }
}

async function openLambda(options: EndpointOptions): Promise<OpenEndpoint> {
  const handler = createLambdaHandler(options);
  return {
    request: (path, init) => {
      const response = new Incoming();
      const chunks: Uint8Array[] = [];
      const invoke = async (): Promise<void> => {
        const result = await handler({
          path,
          httpMethod: init?.method ?? "POST",
          headers: { ...init?.headers },
          body: Buffer.concat(chunks).toString("base64"),
          isBase64Encoded: true,
        });
        response.onHead({ status: result.statusCode, headers: result.headers });
        response.onChunk(Buffer.from(result.body, "base64"));
        response.onEnd();
      };
      return {
        write: (bytes) => void chunks.push(bytes),
        end: () => void invoke().catch((error: unknown) => response.onError(error)),
        reset: () => {
          throw new Error("There is no connection in Lambda");
        },
        response,
      };
    },
    close: async () => {},
  };
}
