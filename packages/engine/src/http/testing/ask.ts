import { fromWire, type HttpHandler, type HttpRequest, NO_BODY, splitTarget } from "../message.ts";

/** Asks a handler without a socket, as a table writes it: `POST /Svc/greet`. */

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export async function ask(
  handler: HttpHandler,
  line: string,
  { headers = {}, body = NO_BODY, signal = new AbortController().signal }: Asked = {},
): Promise<Told> {
  const [method = "GET", target = "/"] = line.split(" ");
  const request: HttpRequest = {
    method,
    ...splitTarget(fromWire(target)),
    headers: new Map(Object.entries(headers)),
    signal,
    readBody: async () => (typeof body === "string" ? new TextEncoder().encode(body) : body),
  };
  const response = await handler(request);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: new TextDecoder().decode(response.body),
  };
}
