/**
 * A process of its own that owns a store, for tests that kill it:
 *
 *     node --import tsx store-process.ts FOLDER hold
 *     node --import tsx store-process.ts FOLDER write NEXT
 *
 * It says `open` when it owns the folder, or why it does not, as one line of
 * JSON. `write` commits numbers from NEXT on, many at a time, and says each one
 * that was acknowledged.
 */
import { openLogStore } from "../log-store.ts";
import { StoreError } from "../store-error.ts";
import { toWrites } from "./numbered-commits.ts";

const UNDER_WAY_MAX = 20;
const [folder = "", mode = "", next = "0"] = process.argv.slice(2);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const store = await openLogStore({ folder, segmentBytes: 100_000, garbageBytesMin: 300_000 });
  await store.recover(() => {});
  say("open");
  if (mode === "hold") return void setInterval(() => {}, 1000);
  const under: Promise<void>[] = [];
  for (let number = Number(next); ; number += 1) {
    under.push(store.commit(toWrites(number)).then(() => say(String(number))));
    if (under.length >= UNDER_WAY_MAX) await under.shift();
  }
}

main().catch((error: unknown) => {
  const { code, message } = error as StoreError;
  say(JSON.stringify(error instanceof StoreError ? { code, message } : { message: String(error) }));
  process.exitCode = 1;
});
