import { defineConfig, type Options } from "tsup";

const imported = { index: "src/index.ts", internal: "src/internal.ts" };

const common: Options = {
  target: "node20",
  platform: "node",
  // Shared code stands in chunks; without rollup's pass tsup would rewrite `??` and `?.`.
  splitting: true,
  treeshake: { preset: "safest" },
  sourcemap: true,
  // The build script empties the folder, as the builds run side by side.
  clean: false,
  removeNodeProtocol: false,
};

export default defineConfig([
  {
    ...common,
    format: "esm",
    // The command and what it starts are run, never imported: ESM only.
    entry: { ...imported, cli: "src/cli.ts", "dev-app": "src/dev-app.ts" },
  },
  {
    ...common,
    format: "cjs",
    entry: imported,
    // They are ESM only. Node can require them, but test runners that load CommonJS by themselves cannot.
    noExternal: ["@noble/hashes", "jose"],
  },
  {
    ...common,
    format: ["esm", "cjs"],
    entry: imported,
    // `pnpm types` checks; with isolatedDeclarations every type stands in the sources.
    dts: { only: true, compilerOptions: { noCheck: true } },
  },
]);
