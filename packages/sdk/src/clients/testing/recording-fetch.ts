import type { Clock } from "../transport.ts";

/** A request as the wire would see it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What to answer: a status with a body, or an error to reject with. */
export type Reply =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | Error;

export interface RecordingFetch {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: SeenRequest[];
}

/** Answers with the replies in turn (the last one for ever) and keeps what it was asked. */
export function recordingFetch(...replies: Reply[]): RecordingFetch {
  const requests: SeenRequest[] = [];
  return {
    requests,
    async fetch(input, init) {
      const request = new Request(input as string, init);
      requests.push({
        method: request.method,
        url: String(input),
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      if (reply instanceof Error) throw reply;
      return toResponse(reply ?? {});
    },
  };
}

function toResponse({ status = 200, headers = {}, body }: Exclude<Reply, Error>): Response {
  if (body instanceof Uint8Array) return new Response(body as Uint8Array<ArrayBuffer>, { status, headers });
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
}

export interface TestClock extends Clock {
  /** Every pause, in milliseconds. */
  readonly slept: number[];
}

/** Sleeps at once and moves its own time on. Without chance: every pause is exactly as long as computed. */
export function testClock(now = 0): TestClock {
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    random: () => 0.5,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}
