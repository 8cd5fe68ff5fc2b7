import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

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
  readonly #made = new Map<string, Promise<string>>();
  #count = 0;

  /** From this checkout of the repository; from this one when absent. */
  constructor(checkout?: string) {
    this.#checkout = checkout;
  }

  /** Returns the path of the file, which is made once. */
  make({ entry, checkout = this.#checkout }: BundleOptions): Promise<string> {
    const key = JSON.stringify([entry, checkout]);
    const made = this.#made.get(key) ?? this.#make(entry, checkout);
    this.#made.set(key, made);
    return made;
  }

  async #make(entry: string, checkout: string | undefined): Promise<string> {
    const [outfile, options] = await this.#prepare(checkout);
    await build({ ...options, entryPoints: [fileURLToPath(new URL(entry, import.meta.url))], outfile });
    return outfile;
  }

  /**
   * An entry of the SDK in the form in which it is published: what is loaded late stands
   * in files of its own. Returns the path of the file to import.
   */
  async makeEntry(): Promise<string> {
    const [outfile, options] = await this.#prepare(this.#checkout);
    const outdir = outfile.replace(/\.mjs$/, "");
    const stdin = { contents: 'export * from "@perdure/sdk";', resolveDir: BENCH };
    const outExtension = { ".js": ".mjs" };
    await build({ ...options, stdin, outdir, splitting: true, outExtension, entryNames: "index" });
    return `${outdir}/index.mjs`;
  }

  /** A file that imports an installed package, from where it is found. */
  async makeReexport(name: string): Promise<string> {
    const [outfile] = await this.#prepare(undefined);
    await writeFile(outfile, `export * from ${JSON.stringify(name)};\n`);
    return outfile;
  }

  async #prepare(checkout: string | undefined): Promise<[outfile: string, options: BuildOptions]> {
    await mkdir(this.#folder, { recursive: true });
    this.#count += 1;
    const options: BuildOptions = {
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      // Found beside the bundle, which is why it does not lie in the system's temporary folder.
      external: ["@restatedev/*"],
      ...(checkout === undefined ? {} : { alias: toAliases(checkout) }),
      logLevel: "error",
    };
    return [`${this.#folder}/${this.#count}.mjs`, options];
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
