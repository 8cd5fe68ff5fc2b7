import type { Exchange } from "@perdure/sdk/internal";
import type { EngineApi } from "./engine-api.ts";
import type { Header, HttpRequest, HttpResponse } from "./http/message.ts";
import { isBodiless } from "./http/node-http1.ts";
import { IN_PROCESS_URL } from "./in-process-fetch.ts";
import { createIngressHandler } from "./ingress/handler.ts";

/**
 * Carries the requests of a client of this process to the engine, through the same
 * face as every other client, without a socket and without the objects of `fetch`,
 * which cost more than all else that a short call needs.
 *
 * 1. Bytes are copied in both directions: what the client does with its own changes
 *    nothing in the engine.
 */
export function createExchange(engine: EngineApi): Exchange {
  const handler = createIngressHandler(engine, (error) => {
    throw error;
  });
  return async (request) => new InProcessAnswer(await handler(toHttpRequest(request)));
}

/** Whoever asks for headers pays for them. */
class InProcessAnswer implements Awaited<ReturnType<Exchange>> {
  readonly status: number;
  readonly body: Uint8Array;
  readonly #headers: readonly Header[];

  constructor({ status, headers, body }: HttpResponse) {
    this.status = status;
    this.body = isBodiless(status) ? new Uint8Array(0) : new Uint8Array(body);
    this.#headers = headers;
  }

  get headers(): Headers {
    return new Headers(this.#headers.map(([name, value]): [string, string] => [name, value]));
  }
}

const NOTHING = new Uint8Array(0);

function toHttpRequest({ method, path, headers, body, signal }: Parameters<Exchange>[0]): HttpRequest {
  const target = toTarget(path);
  const mark = target.indexOf("?");
  const copy = body === undefined ? NOTHING : new Uint8Array(body);
  return {
    method,
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    headers: new Map([...headers].sort(([a], [b]) => (a < b ? -1 : 1))),
    signal,
    readBody: () => Promise.resolve(copy),
  };
}

/** As a URL has it: there `.` and `..` are no segments of their own. Clients percent-encode all else. */
function toTarget(path: string): string {
  if (!/\/\.\.?(?:\/|\?|$)/.test(path)) return path;
  const { pathname, search } = new URL(path, IN_PROCESS_URL);
  return pathname + search;
}
