import { defineConfig, type Options } from "tsup";

const common: Options = {
  target: "node20",
  platform: "node",
  // Shared code stands in chunks; without rollup's pass tsup would rewrite `??` and `?.`.
  splitting: true,
  treeshake: { preset: "safest" },
  sourcemap: true,
  // The build script empties the folder, as the two builds run side by side.
  clean: false,
  removeNodeProtocol: false,
  dts: { entry: { index: "src/index.ts" } },
};

export default defineConfig([
  {
    ...common,
    format: "esm",
    // The command and what it starts are run, never imported: ESM only.
    entry: { index: "src/index.ts", cli: "src/cli.ts", "dev-app": "src/dev-app.ts" },
  },
  { ...common, format: "cjs", entry: { index: "src/index.ts" } },
]);
