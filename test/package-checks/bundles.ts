import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { type Entry, NODE_ENTRIES, toSpecifier } from "../../scripts/entries.ts";
import { TEST } from "./dist.ts";

export interface Bundle {
  /** Minified and gzipped, with every dependency, without the optional peers. */
  readonly bytes: number;
  readonly text: string;
  /** What the bundle still imports. */
  readonly externals: readonly string[];
}

/** Bundles the whole of an entry as a user's bundler would, from `dist`. */
export function bundleEntry(entry: Entry): Promise<Bundle> {
  return bundle(entry, `export * from "${toSpecifier(entry)}";`);
}

/** Bundles an application that has one service and serves it by this entry. */
export function bundleHandler(entry: Entry): Promise<Bundle> {
  const serve = entry === "index" ? "serve" : "createEndpointHandler";
  return bundle(
    entry,
    `import { service, ${serve} } from "${toSpecifier(entry)}";
    const greeter = service({ name: "Greeter", handlers: { greet: async (ctx, name) => name } });
    export const served = ${serve}({ services: [greeter] });`,
  );
}

async function bundle(entry: Entry, contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: TEST },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    // In a portable entry a `node:` import is left standing, to be reported.
    platform: NODE_ENTRIES.has(entry) ? "node" : "neutral",
    mainFields: ["module", "main"],
    external: ["node:*", "zod", "superjson"],
    logLevel: "silent",
  });
  const output = outputFiles[0];
  if (output === undefined) throw new Error(`esbuild made nothing of ${entry}.`);
  const imports = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  return {
    bytes: gzipSync(output.contents, { level: 9 }).byteLength,
    text: output.text,
    externals: [
      ...new Set(imports.filter(({ external }) => external === true).map(({ path }) => path)),
    ].sort(),
  };
}
