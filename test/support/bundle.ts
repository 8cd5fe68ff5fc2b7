import { mkdtempSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createTemporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

/**
 * Programs and our packages' sources as JavaScript, which starts in a tenth of the
 * time that TypeScript takes. Programs that are bundled together share the modules
 * that they have in common. Resolves with their files, in the same order.
 */
export async function bundle(folder: TemporaryFolder, programs: readonly URL[]): Promise<string[]> {
  const outdir = mkdtempSync(join(folder.path, "bundle-"));
  await build({
    entryPoints: programs.map((program) => fileURLToPath(program)),
    entryNames: "[name]",
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: programs.length > 1,
    platform: "node",
    format: "esm",
    target: "node20",
    // For Node's option --enable-source-maps, where a test wants the lines of sources.
    sourcemap: true,
    logLevel: "warning",
  });
  return programs.map((program) => join(outdir, `${basename(program.pathname, ".ts")}.mjs`));
}

/** One program alone. */
export async function bundleOne(folder: TemporaryFolder, program: URL): Promise<string> {
  const [file] = await bundle(folder, [program]);
  return file as string;
}

let kept: TemporaryFolder | undefined;
const bundled = new Map<string, Promise<string[]>>();

/** As {@link bundle}, once for all who ask for the same in this process; gone with it. */
export function bundleOnce(programs: readonly URL[]): Promise<string[]> {
  const key = programs.map(({ href }) => href).join(" ");
  let files = bundled.get(key);
  if (files === undefined) {
    kept ??= createTemporaryFolder();
    files = bundle(kept, programs);
    bundled.set(key, files);
  }
  return files;
}
