import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts" },
  format: ["esm", "cjs"],
  target: "node20",
  platform: "node",
  // `pnpm types` checks; with isolatedDeclarations every type stands in the sources.
  dts: { compilerOptions: { noCheck: true } },
  // Shared code stands in chunks; without rollup's pass tsup would rewrite `??` and `?.`.
  splitting: true,
  treeshake: { preset: "safest" },
  sourcemap: true,
  clean: true,
  removeNodeProtocol: false,
  // The real server's package is looked for from where this one is installed.
  shims: true,
});
