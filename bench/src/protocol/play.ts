import { deepStrictEqual } from "node:assert";
import { createFrameDecoder, decodeMessage, encodeMessages, type Message } from "@perdure/sdk/internal";
import type { Http2Connection } from "../load/http2-connection.ts";
import { encodePost, type PreparedData, prepareData } from "../load/http2-frames.ts";
import type { FloorStep } from "../subjects/floor.ts";
import { encodeOne, VERSION, type Work } from "./works.ts";

/**
 * Plays the server. Everything that is sent was made before; what comes is cut into
 * messages, counted, and compared when the time is no longer taken.
 */
export interface PreparedWork {
  readonly work: Work;
  readonly headers: Buffer;
  readonly journal: PreparedData;
  readonly answers: readonly PreparedAnswer[];
  readonly expected: readonly Message[];
}

interface PreparedAnswer {
  /** To be sent when so many messages have come. */
  readonly after: number;
  readonly data: PreparedData;
}

const TYPE_ERROR = 0x0002;

const CONTENT_TYPE = `application/vnd.restate.invocation.v${VERSION}`;

/** The path by which the floor knows a work. */
export function floorPath(work: Work): string {
  return `/floor/${encodeURIComponent(work.name)}`;
}

export function prepareWork(work: Work, path: string): PreparedWork {
  const answers: PreparedAnswer[] = [];
  let after = 0;
  for (const { expected, answer } of work.dialogue) {
    after += expected.length;
    if (answer.length > 0) answers.push({ after, data: prepareData(answer.map(encodeOne)) });
  }
  return {
    work,
    headers: encodePost(path, {
      "content-type": CONTENT_TYPE,
      accept: CONTENT_TYPE,
      "x-restate-invocation-id": "inv_1gdCcbpDHZnM5ZMEi3fAdWPcXeHxVh0PHR",
      "x-restate-cluster-name": "bench",
    }),
    journal: prepareData(work.journal.map(encodeOne)),
    answers,
    expected: work.dialogue.flatMap(({ expected }) => expected),
  };
}

/** What the floor has to write, and when. */
export function toFloorSteps({ journal, dialogue }: Work): FloorStep[] {
  let after = journal.length;
  return dialogue.map(({ expected, answer }) => {
    const step = { after, bytes: encodeMessages(expected, VERSION) };
    after += answer.length;
    return step;
  });
}

/** Makes all attempts of a work. Returns the bytes of each answer, for {@link checkAnswers}. */
export async function play(connection: Http2Connection, prepared: PreparedWork): Promise<Buffer[]> {
  const { attempts, concurrency } = prepared.work;
  const answers: Buffer[] = [];
  let begun = 0;
  const player = async (): Promise<void> => {
    while (begun < attempts) {
      begun += 1;
      answers.push(await playAttempt(connection, prepared));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, player));
  return answers;
}

function playAttempt(connection: Http2Connection, prepared: PreparedWork): Promise<Buffer> {
  const { answers, expected } = prepared;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const decoder = createFrameDecoder();
    let messages = 0;
    let answered = 0;
    const id = connection.post(prepared.headers, {
      onData(bytes) {
        const chunk = Buffer.from(bytes);
        chunks.push(chunk);
        for (const frame of decoder.push(chunk)) {
          messages += 1;
          if (frame.typeId === TYPE_ERROR) reject(toAttemptError(prepared.work, frame.payload));
        }
        for (let next = answers[answered]; next !== undefined && messages >= next.after; ) {
          answered += 1;
          connection.send(id, next.data);
          next = answers[answered];
        }
        // As the server does: its side ends when it has read how the attempt ends.
        if (messages === expected.length) connection.end(id);
      },
      onEnd: () => resolve(Buffer.concat(chunks)),
      onFailure: reject,
    });
    connection.send(id, prepared.journal);
  });
}

function toAttemptError({ name }: Work, payload: Uint8Array): Error {
  const error = decodeMessage({ typeId: TYPE_ERROR, payload }, VERSION);
  return new Error(`${name}: the attempt failed: ${JSON.stringify(error)}`);
}

/**
 * @throws AssertionError if an answer is not, message for message, what it has to be.
 */
export function checkAnswers(prepared: PreparedWork, answers: readonly Buffer[]): void {
  if (answers.length !== prepared.work.attempts) throw new Error("There are answers missing.");
  let right: Buffer | undefined;
  for (const answer of answers) {
    if (right?.equals(answer)) continue;
    const decoder = createFrameDecoder();
    const messages = decoder.push(Uint8Array.from(answer)).map((frame) => decodeMessage(frame, VERSION));
    decoder.end();
    deepStrictEqual(
      withPlainBytes(messages),
      withPlainBytes(prepared.expected),
      `${prepared.work.name}: the answer is wrong.`,
    );
    right = answer;
  }
}

/** Views of one buffer and arrays of their own are the same bytes; absent is absent. */
function withPlainBytes(messages: readonly Message[]): unknown {
  return JSON.parse(
    JSON.stringify(messages, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    ),
  );
}
