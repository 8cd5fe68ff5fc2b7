import { connect, type Socket } from "node:net";
import {
  addressData,
  encodeFrame,
  encodeGreeting,
  FLAG_ACK,
  FLAG_END_STREAM,
  FRAME_HEADER_BYTES,
  FRAME_TYPES,
  type PreparedData,
  SETTING_INITIAL_WINDOW,
  WINDOW_BYTES_FIRST,
} from "./http2-frames.ts";

/** How HPACK spells the status 200 in a response's first byte. */
const STATUS_200 = 0x88;

/** What is told about one stream. */
export interface StreamHandler {
  onData(bytes: Buffer): void;
  onEnd(): void;
  onFailure(error: Error): void;
}

interface Outgoing {
  readonly bytes: Buffer;
  readonly offsets: Uint32Array;
  /** The first frame that is not sent yet. */
  next: number;
}

interface Stream {
  readonly handler: StreamHandler;
  window: number;
  readonly queue: Outgoing[];
  ending: boolean;
}

/** A client's connection over HTTP/2 with prior knowledge. */
export class Http2Connection {
  readonly #socket: Socket;
  readonly #streams = new Map<number, Stream>();
  #nextStream = 1;
  #window = WINDOW_BYTES_FIRST;
  #streamWindow = WINDOW_BYTES_FIRST;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("The endpoint closed the connection.")));
    socket.write(encodeGreeting());
  }

  static async open(port: number): Promise<Http2Connection> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new Http2Connection(socket);
  }

  /** Begins a request with a HEADERS frame that was made before; returns the stream's number. */
  post(headers: Buffer, handler: StreamHandler): number {
    const id = this.#nextStream;
    this.#nextStream += 2;
    this.#streams.set(id, { handler, window: this.#streamWindow, queue: [], ending: false });
    const frame = Buffer.from(headers);
    frame.writeUInt32BE(id, 5);
    this.#socket.write(frame);
    return id;
  }

  send(id: number, data: PreparedData): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.queue.push({ bytes: addressData(data, id), offsets: data.offsets, next: 0 });
    this.#pump(id, stream);
  }

  /** Nothing more will be sent on this stream. */
  end(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.ending = true;
    this.#pump(id, stream);
  }

  close(): void {
    this.#streams.clear();
    this.#socket.destroy();
  }

  #pump(id: number, stream: Stream): void {
    for (let first = stream.queue[0]; first !== undefined; first = stream.queue[0]) {
      const { bytes, offsets } = first;
      const from = first.next;
      while (first.next < offsets.length - 1) {
        const payload = (offsets[first.next + 1] ?? 0) - (offsets[first.next] ?? 0) - FRAME_HEADER_BYTES;
        if (payload > this.#window || payload > stream.window) break;
        this.#window -= payload;
        stream.window -= payload;
        first.next += 1;
      }
      if (first.next > from) this.#socket.write(bytes.subarray(offsets[from], offsets[first.next]));
      if (first.next < offsets.length - 1) return;
      stream.queue.shift();
    }
    if (stream.ending) {
      stream.ending = false;
      this.#socket.write(encodeFrame({ type: FRAME_TYPES.data, flags: FLAG_END_STREAM, stream: id }));
    }
  }

  #take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let offset = 0;
    while (bytes.length - offset >= FRAME_HEADER_BYTES) {
      const end = offset + FRAME_HEADER_BYTES + bytes.readUIntBE(offset, 3);
      if (end > bytes.length) break;
      this.#takeFrame(bytes.subarray(offset, end));
      offset = end;
    }
    this.#rest = bytes.subarray(offset);
  }

  #takeFrame(frame: Buffer): void {
    const type = frame[3];
    const flags = frame[4] ?? 0;
    const id = frame.readUInt32BE(5);
    const payload = frame.subarray(FRAME_HEADER_BYTES);
    if (type === FRAME_TYPES.data) {
      if (payload.length > 0) this.#streams.get(id)?.handler.onData(payload);
      if ((flags & FLAG_END_STREAM) !== 0) this.#finish(id);
    } else if (type === FRAME_TYPES.headers) {
      if (payload[0] !== STATUS_200) this.#failStream(id, "was answered with another status than 200");
      else if ((flags & FLAG_END_STREAM) !== 0) this.#finish(id);
    } else if (type === FRAME_TYPES.windowUpdate) this.#widen(id, payload.readUInt32BE(0));
    else if (type === FRAME_TYPES.resetStream) {
      this.#failStream(id, `was reset with code ${payload.readUInt32BE(0)}`);
    } else if (type === FRAME_TYPES.goAway) {
      this.#fail(new Error(`The endpoint sent GOAWAY with code ${payload.readUInt32BE(4)}.`));
    } else if ((flags & FLAG_ACK) === 0) {
      if (type === FRAME_TYPES.settings) this.#takeSettings(payload);
      else if (type === FRAME_TYPES.ping) {
        this.#socket.write(encodeFrame({ type: FRAME_TYPES.ping, flags: FLAG_ACK, payload }));
      }
    }
  }

  #takeSettings(payload: Buffer): void {
    for (let offset = 0; offset < payload.length; offset += 6) {
      if (payload.readUInt16BE(offset) !== SETTING_INITIAL_WINDOW) continue;
      const size = payload.readUInt32BE(offset + 2);
      for (const stream of this.#streams.values()) stream.window += size - this.#streamWindow;
      this.#streamWindow = size;
    }
    this.#socket.write(encodeFrame({ type: FRAME_TYPES.settings, flags: FLAG_ACK }));
    for (const [id, stream] of this.#streams) this.#pump(id, stream);
  }

  #widen(id: number, bytes: number): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) {
      stream.window += bytes;
      this.#pump(id, stream);
    } else if (id === 0) {
      this.#window += bytes;
      for (const [each, waiting] of this.#streams) this.#pump(each, waiting);
    }
  }

  #finish(id: number): void {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    stream?.handler.onEnd();
  }

  #failStream(id: number, what: string): void {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    stream?.handler.onFailure(new Error(`Request ${id} ${what}.`));
  }

  #fail(error: Error): void {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const { handler } of streams) handler.onFailure(error);
  }
}
