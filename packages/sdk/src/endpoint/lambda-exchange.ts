import { Buffer } from "node:buffer";
import type { BodyReader, EndpointRequest, EndpointResponse } from "./exchange.ts";
import { COMPRESSED_FROM_BYTES, type Zstd } from "./lambda-compression.ts";
import { headersOf, type LambdaEvent, type LambdaResult, methodOf, pathOf } from "./lambda-events.ts";
import { type Answer, toErrorAnswer } from "./responses.ts";
import { SERVER_HEADER } from "./version.ts";

/** One event and its result as an exchange: all of the request is there, all of the response goes at once. */
export class LambdaExchange implements EndpointRequest, EndpointResponse {
  readonly method: string | undefined;
  readonly path: string;
  readonly bidirectional = false;
  readonly extraArgs: readonly unknown[];
  readonly answered: Promise<LambdaResult>;
  readonly #event: LambdaEvent;
  readonly #headers: ReadonlyMap<string, string>;
  readonly #zstd: Zstd | undefined;
  readonly #chunks: Uint8Array[] = [];
  #body: Uint8Array = new Uint8Array(0);
  #status = 500;
  #responseHeaders: Readonly<Record<string, string>> = SERVER_HEADER;
  #answer: (result: LambdaResult) => void = () => {};

  constructor(event: LambdaEvent, context: unknown, zstd: Zstd | undefined) {
    this.#event = event;
    this.#zstd = zstd;
    this.#headers = headersOf(event);
    this.method = methodOf(event);
    this.path = pathOf(event);
    this.extraArgs = [context];
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  /** Decodes the request's body. Throws if it cannot be. */
  prepare(): void {
    const { body, isBase64Encoded } = this.#event;
    if (typeof body !== "string" || body === "") return;
    const bytes = Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
    this.#body = this.header("content-encoding")?.includes("zstd") === true ? this.#decompress(bytes) : bytes;
  }

  refuse(message: string): LambdaResult {
    const answer: Answer = toErrorAnswer(400, message);
    this.#chunks.push(answer.body);
    return this.#toResult(answer.status, { "content-type": answer.contentType, ...SERVER_HEADER });
  }

  header(name: string): string | undefined {
    return this.#headers.get(name);
  }

  headers(): ReadonlyMap<string, string> {
    return this.#headers;
  }

  read(reader: BodyReader): void {
    if (this.#body.length > 0) reader.chunk(this.#body);
    reader.end();
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status;
    this.#responseHeaders = headers;
  }

  write(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
  }

  end(bytes?: Uint8Array): void {
    if (bytes !== undefined) this.#chunks.push(bytes);
    this.#answer(this.#toResult(this.#status, this.#responseHeaders));
  }

  abort(): void {
    this.#chunks.length = 0;
    this.#answer(this.#toResult(500, SERVER_HEADER));
  }

  #decompress(bytes: Uint8Array): Uint8Array {
    if (this.#zstd !== undefined) return this.#zstd.decompress(bytes);
    throw new Error("it is compressed by zstd, which this version of Node does not have; use 22.15 or later");
  }

  #toResult(status: number, headers: Readonly<Record<string, string>>): LambdaResult {
    const whole = Buffer.concat(this.#chunks);
    // Of the body as it is here; whoever turns this result into HTTP counts anew.
    const { "content-length": _, ...rest } = headers;
    const accepted = this.#headers.get("accept-encoding")?.includes("zstd") === true;
    if (this.#zstd === undefined || !accepted || whole.length <= COMPRESSED_FROM_BYTES) {
      return { statusCode: status, headers: rest, body: whole.toString("base64"), isBase64Encoded: true };
    }
    const compressed = Buffer.from(this.#zstd.compress(whole));
    return {
      statusCode: status,
      headers: { ...rest, "content-encoding": "zstd" },
      body: compressed.toString("base64"),
      isBase64Encoded: true,
    };
  }
}
