import type { BodyReader, EndpointRequest, EndpointResponse } from "./exchange.ts";

/**
 * One `Request` and its `Response` as an exchange.
 *
 * 1. The connection may be lost by the request's body failing, by its signal, or
 *    by the response's body being cancelled: runtimes differ in which of them
 *    they use, so any of them counts.
 * 2. `answered` always resolves, also when nobody is there any more.
 */
export class FetchExchange implements EndpointRequest, EndpointResponse {
  readonly method: string;
  readonly path: string;
  readonly bidirectional: boolean;
  readonly extraArgs: readonly unknown[];
  readonly answered: Promise<Response>;
  readonly #request: Request;
  #answer: (response: Response) => void = () => {};
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;
  #source: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #reader: BodyReader | undefined;
  #lost: { readonly reason: unknown } | undefined;
  #ended = false;

  constructor(request: Request, extraArgs: readonly unknown[], bidirectional: boolean) {
    this.#request = request;
    this.method = request.method;
    this.path = new URL(request.url).pathname;
    this.bidirectional = bidirectional;
    this.extraArgs = extraArgs;
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
    request.signal.addEventListener("abort", this.#onSignal);
    if (request.signal.aborted) this.#onSignal();
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined;
  }

  headers(): ReadonlyMap<string, string | string[] | undefined> {
    const map = new Map<string, string>();
    this.#request.headers.forEach((value, name) => {
      map.set(name, value);
    });
    return map;
  }

  read(reader: BodyReader): void {
    if (this.#lost !== undefined) {
      reader.abort(this.#lost.reason);
      return;
    }
    this.#reader = reader;
    void this.#pump();
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#body !== undefined) return;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#body = controller;
      },
      cancel: (reason: unknown) => {
        this.#ended = true;
        this.#lose(reason ?? new Error("The response was cancelled"));
      },
    });
    this.#answer(new Response(body, { status, headers: { ...headers } }));
  }

  write(bytes: Uint8Array): void {
    if (!this.#ended) this.#body?.enqueue(bytes);
  }

  end(bytes?: Uint8Array): void {
    if (this.#ended) return;
    if (bytes !== undefined && bytes.length > 0) this.#body?.enqueue(bytes);
    this.#ended = true;
    this.#body?.close();
    this.#release();
  }

  abort(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#body === undefined) this.#answer(new Response(null, { status: 500 }));
    else this.#body.error(reason);
    this.#lose(reason);
  }

  async #pump(): Promise<void> {
    try {
      this.#source = this.#request.body?.getReader();
      for (;;) {
        const next = await this.#source?.read();
        if (next === undefined || next.done) break;
        this.#reader?.chunk(next.value);
      }
      this.#reader?.end();
    } catch (reason) {
      this.#lose(reason);
    }
  }

  readonly #onSignal = (): void => this.#lose(this.#request.signal.reason);

  #lose(reason: unknown): void {
    if (this.#lost !== undefined) return;
    this.#lost = { reason };
    const reader = this.#reader;
    this.#reader = undefined;
    this.#release();
    this.#source?.cancel(reason).catch(() => {});
    reader?.abort(reason);
  }

  #release(): void {
    this.#request.signal.removeEventListener("abort", this.#onSignal);
  }
}
