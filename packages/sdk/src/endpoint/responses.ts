import type { EndpointResponse } from "./exchange.ts";
import { SERVER_HEADER } from "./version.ts";

const encoder = new TextEncoder();

/** A whole response at once. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The form of every error below an attempt: `{"message": "..."}`. */
export function toErrorAnswer(
  status: number,
  message: string,
  headers?: Readonly<Record<string, string>>,
): Answer {
  return { ...toJsonAnswer("application/json", JSON.stringify({ message })), status, headers };
}

export function toJsonAnswer(contentType: string, json: string): Answer {
  return { status: 200, contentType, body: encoder.encode(json) };
}

export function sendAnswer(response: EndpointResponse, answer: Answer): void {
  response.head(answer.status, {
    "content-type": answer.contentType,
    "content-length": String(answer.body.byteLength),
    ...SERVER_HEADER,
    ...answer.headers,
  });
  response.end(answer.body);
}
