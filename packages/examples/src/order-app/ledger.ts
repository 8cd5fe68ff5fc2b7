import { appendFileSync, existsSync, readFileSync } from "node:fs";

/**
 * What has really happened in the world outside: none of it can be replayed or
 * taken back. It is a file, so that it outlives the process that is killed, and so
 * that things done twice can be counted.
 */

export interface Happening {
  readonly what: "charge asked" | "charged" | "refunded" | "packing" | "packed" | "mailed";
  readonly orderId: string;
  /** Of a charge: the key by which the bank knows it again. */
  readonly key?: string;
  readonly cents?: number;
}

export interface Entry extends Happening {
  /** The process in which it happened, and when. */
  readonly pid: number;
  readonly at: number;
}

const file = process.env.ORDER_LEDGER;
const inMemory: Entry[] = [];

export function record(happening: Happening): void {
  const entry: Entry = { ...happening, pid: process.pid, at: Date.now() };
  if (file === undefined) inMemory.push(entry);
  else appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

export function entries(from: string | undefined = file): readonly Entry[] {
  if (from === undefined) return inMemory;
  if (!existsSync(from)) return [];
  const lines = readFileSync(from, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Entry);
}
