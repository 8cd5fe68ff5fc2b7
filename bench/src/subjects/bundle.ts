import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const BENCH = fileURLToPath(new URL("../../", import.meta.url));

export interface BundleOptions {
  /** Seen from this folder. */
  readonly entry: string;
  /** A checkout whose packages are taken for this file. */
  readonly checkout?: string | undefined;
}

/** Files for plain Node, made of the sources as they are now, so that nothing has to be built before. */
export class Bundles {
  readonly #folder = `${BENCH}.bundles/${process.pid}`;
  readonly #checkout: string | undefined;
  #count = 0;

  /** From this checkout of the repository; from this one when absent. */
  constructor(checkout?: string) {
    this.#checkout = checkout;
  }

  /** Returns the path of the file. */
  async make({ entry, checkout = this.#checkout }: BundleOptions): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    this.#count += 1;
    const outfile = `${this.#folder}/${this.#count}.mjs`;
    await build({
      entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      // Found beside the bundle, which is why it does not lie in the system's temporary folder.
      external: ["@restatedev/*"],
      ...(checkout === undefined ? {} : { alias: toAliases(checkout) }),
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      logLevel: "error",
    });
    return outfile;
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function toAliases(checkout: string): Record<string, string> {
  const sources = `${checkout}/packages`;
  return {
    "@perdure/sdk/internal": `${sources}/sdk/src/internal.ts`,
    "@perdure/sdk/clients": `${sources}/sdk/src/clients.ts`,
    "@perdure/sdk": `${sources}/sdk/src/index.ts`,
    "@perdure/engine": `${sources}/engine/src/index.ts`,
  };
}
