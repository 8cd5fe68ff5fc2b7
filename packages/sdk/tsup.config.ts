import { existsSync } from "node:fs";
import { defineConfig } from "tsup";
import { ENTRIES } from "../../scripts/entries.ts";

export default defineConfig({
  entry: Object.fromEntries(
    ENTRIES.map((entry) => [entry, `src/${entry}.ts`] as const).filter(([, file]) => existsSync(file)),
  ),
  format: ["esm", "cjs"],
  target: "node20",
  platform: "node",
  // `pnpm types` checks; with isolatedDeclarations every type stands in the sources.
  dts: { compilerOptions: { noCheck: true } },
  // Shared code stands in chunks, in CommonJS too: two entries loaded side by
  // side must not have two copies of a class or of a module's state.
  splitting: true,
  // Rollup turns the chunks into CommonJS as they are. Without it tsup takes a
  // compiler that rewrites `??` and `?.` into slow helper calls.
  treeshake: { preset: "safest" },
  sourcemap: true,
  clean: true,
  // Node's import of `node:` modules keeps its prefix: bundlers for other
  // runtimes tell them apart by it.
  removeNodeProtocol: false,
});
