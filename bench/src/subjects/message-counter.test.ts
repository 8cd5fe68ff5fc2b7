import { expect, it } from "vitest";
import { MessageCounter } from "./message-counter.ts";

function messageOf(payloadBytes: number): Buffer {
  const message = Buffer.alloc(8 + payloadBytes, 0xff);
  message.writeUInt32BE(payloadBytes, 4);
  return message;
}

const bytes = Buffer.concat([0, 5, 0, 300, 1].map(messageOf));

it.each([1, 2, 3, 7, 8, 9, 13, 1000])("counts messages that come in pieces of %d bytes", (size) => {
  const counter = new MessageCounter();
  for (let offset = 0; offset < bytes.length; offset += size) {
    counter.push(bytes.subarray(offset, offset + size));
  }
  expect(counter.count).toBe(5);
});

it("counts only those that are complete", () => {
  const counter = new MessageCounter();
  counter.push(bytes.subarray(0, bytes.length - 1));
  expect(counter.count).toBe(4);
});
