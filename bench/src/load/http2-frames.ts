/**
 * HTTP/2 as bytes, as far as the load needs it: a request costs the load side a few
 * writes, so that what is measured is the endpoint. One message of the service protocol
 * stands in one DATA frame, as from a server that sends each when it has it; `node:http2`
 * would join them.
 */

export const FRAME_HEADER_BYTES = 9;

export const FRAME_TYPES = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;

export const FLAG_END_STREAM = 0x1;
export const FLAG_ACK = 0x1;
const FLAG_END_HEADERS = 0x4;

/** The most payload of a frame when nobody has agreed on more. */
const FRAME_PAYLOAD_BYTES_MAX = 16_384;
export const WINDOW_BYTES_MAX: number = 2 ** 31 - 1;
export const WINDOW_BYTES_FIRST = 65_535;

const SETTING_ENABLE_PUSH = 2;
export const SETTING_INITIAL_WINDOW = 4;

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

export interface FrameParts {
  readonly type: number;
  readonly flags?: number;
  readonly stream?: number;
  readonly payload?: Uint8Array;
}

export function encodeFrame({
  type,
  flags = 0,
  stream = 0,
  payload = new Uint8Array(0),
}: FrameParts): Buffer {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(stream, 5);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** What a client says first: no pushes, and windows that never have to be widened. */
export function encodeGreeting(): Buffer {
  const settings = Buffer.alloc(12);
  settings.writeUInt16BE(SETTING_ENABLE_PUSH, 0);
  settings.writeUInt16BE(SETTING_INITIAL_WINDOW, 6);
  settings.writeUInt32BE(WINDOW_BYTES_MAX, 8);
  const window = Buffer.alloc(4);
  window.writeUInt32BE(WINDOW_BYTES_MAX - WINDOW_BYTES_FIRST);
  return Buffer.concat([
    Buffer.from(PREFACE, "latin1"),
    encodeFrame({ type: FRAME_TYPES.settings, payload: settings }),
    encodeFrame({ type: FRAME_TYPES.windowUpdate, payload: window }),
  ]);
}

/** The HEADERS frame of a POST; whoever sends it writes its stream's number into it. */
export function encodePost(path: string, headers: Readonly<Record<string, string>>): Buffer {
  const METHOD_POST = 0x83;
  const SCHEME_HTTP = 0x86;
  const payload = Buffer.concat([
    Buffer.from([METHOD_POST, SCHEME_HTTP, 0x04]),
    encodeText(path),
    Buffer.from([0x01]),
    encodeText("localhost"),
    ...Object.entries(headers).flatMap(([name, value]) => [
      Buffer.from([0x00]),
      encodeText(name),
      encodeText(value),
    ]),
  ]);
  return encodeFrame({ type: FRAME_TYPES.headers, flags: FLAG_END_HEADERS, payload });
}

/** A string of HPACK, without Huffman's code. */
function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length >= 127 + 128) throw new RangeError(`A header is too long: ${text}`);
  const length = bytes.length < 127 ? [bytes.length] : [127, bytes.length - 127];
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** DATA frames that are ready to be sent on any stream. */
export interface PreparedData {
  readonly bytes: Buffer;
  /** Where each frame begins, and at the end where the last one ends. */
  readonly offsets: Uint32Array;
}

/** One frame for each of these. */
export function prepareData(payloads: readonly Uint8Array[]): PreparedData {
  const frames = payloads.map((payload) => {
    if (payload.length > FRAME_PAYLOAD_BYTES_MAX) throw new RangeError("A message is too large for a frame.");
    return encodeFrame({ type: FRAME_TYPES.data, payload });
  });
  const offsets = new Uint32Array(frames.length + 1);
  for (const [index, frame] of frames.entries()) offsets[index + 1] = (offsets[index] ?? 0) + frame.length;
  return { bytes: Buffer.concat(frames), offsets };
}

/** A copy that carries the stream's number. */
export function addressData({ bytes, offsets }: PreparedData, stream: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let index = 0; index < offsets.length - 1; index += 1) {
    copy.writeUInt32BE(stream, (offsets[index] ?? 0) + 5);
  }
  return copy;
}
