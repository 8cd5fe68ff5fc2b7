import { appendFileSync, existsSync, readFileSync } from "node:fs";

/**
 * An append-only file beside the system under test: what truly happened, as
 * opposed to what a journal says. A line is one write, so a SIGKILL leaves whole
 * lines, in the order in which they were written.
 */
export type LedgerEntry =
  /** A side effect began; `nonce` is the result it will have. */
  | {
      readonly event: "start";
      readonly process: string;
      readonly invocation: string;
      readonly step: string;
      readonly nonce: string;
    }
  | {
      readonly event: "end";
      readonly process: string;
      readonly invocation: string;
      readonly step: string;
      readonly nonce: string;
    }
  /** Something the SDK had to complain about. */
  | {
      readonly event: "complaint";
      readonly process: string;
      readonly level: string;
      readonly message: string;
    };

export function writeLedger(path: string, entry: LedgerEntry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}

export function readLedger(path: string): LedgerEntry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as LedgerEntry);
}
