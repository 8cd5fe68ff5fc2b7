import { createMessageDecoder } from "../../protocol/codec.ts";
import { concat } from "../body.ts";
import type { BodyReader, EndpointRequest, EndpointResponse } from "../exchange.ts";
import { describe } from "./transcripts.ts";

/** An exchange without a connection: what happens to the response is kept as a list. */
export class MemoryExchange implements EndpointRequest, EndpointResponse {
  readonly method = "POST";
  readonly path = "/invoke/Cases/it";
  readonly bidirectional: boolean;
  readonly extraArgs: readonly unknown[] = [];
  /** `head 200`, the messages in short, `end`, `abort`. */
  readonly events: string[] = [];
  /** How many writes brought the messages. */
  writes = 0;
  #reader: BodyReader | undefined;

  constructor(bidirectional: boolean) {
    this.bidirectional = bidirectional;
  }

  /** The other side of the request's body. */
  get body(): BodyReader {
    if (this.#reader === undefined) throw new Error("Nobody reads the body");
    return this.#reader;
  }

  header(): string | undefined {
    return undefined;
  }

  headers(): ReadonlyMap<string, string> {
    return new Map();
  }

  read(reader: BodyReader): void {
    this.#reader = reader;
  }

  head(status: number): void {
    this.events.push(`head ${status}`);
  }

  write(bytes: Uint8Array): void {
    this.writes += 1;
    const copy = concat([bytes], bytes.length);
    this.events.push(...createMessageDecoder({ version: 6 }).push(copy).map(describe));
  }

  end(bytes?: Uint8Array): void {
    if (bytes !== undefined) this.write(bytes);
    this.events.push("end");
  }

  abort(): void {
    this.events.push("abort");
  }
}
