import { describe, expect, it } from "vitest";
import { ENTRIES, NODE_ENTRIES } from "../../scripts/entries.ts";
import budgets from "./budgets.json" with { type: "json" };
import { bundleEntry, bundleHandler } from "./bundles.ts";

/** The optional peers that an entry stands for. */
const PEERS: Readonly<Record<string, readonly string[]>> = { zod: ["zod"], superjson: ["superjson"] };

describe.each(ENTRIES)("the bundle of %s", (entry) => {
  it("stays within its budget", async () => {
    const { bytes } = await bundleEntry(entry);
    const budget = budgets[entry];
    expect(
      bytes,
      `${entry} has ${bytes} bytes minified and gzipped, its budget is ${budget}. Take out what it does not need, or raise the budget in budgets.json and say why in the commit.`,
    ).toBeLessThanOrEqual(budget);
  });

  it("imports nothing that its place does not have", async () => {
    const { externals, text } = await bundleEntry(entry);
    const allowed = (name: string): boolean =>
      (PEERS[entry] ?? []).includes(name.split("/", 1)[0] ?? "") ||
      (NODE_ENTRIES.has(entry) && name.startsWith("node:"));
    expect(externals.filter((name) => !allowed(name))).toEqual([]);
    // Not an expectation on the text itself: a failure would print the whole bundle.
    const usesNode = /(?:from|import\(|require\()\s*["']node:/.test(text);
    expect(usesNode && !NODE_ENTRIES.has(entry)).toBe(false);
  });
});

/** A twentieth of 816 KiB, which is what the same costs with the Restate TypeScript SDK 1.17.2. */
const HANDLER_BYTES_MAX = 41_779;

it.each(["index", "fetch", "lambda"] as const)(
  "a handler served by %s stays within its budget",
  async (entry) => {
    expect((await bundleHandler(entry)).bytes).toBeLessThanOrEqual(HANDLER_BYTES_MAX);
  },
);
