import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { leashFolder } from "../../support/leash.ts";

/** A folder of its own that is gone when the test process is gone. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

export function createTemporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "perdure-crash-"));
  const release = leashFolder(path);
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
      release();
    },
  };
}

const ENDPOINT = new URL("./endpoint.ts", import.meta.url);

/**
 * The endpoint, or another program, and our packages' sources as one file of
 * JavaScript, which starts in a tenth of the time: more crashes in the same minute.
 */
export async function bundleEndpoint(folder: TemporaryFolder, program: URL = ENDPOINT): Promise<string> {
  const outfile = join(folder.path, `${basename(program.pathname, ".ts")}.mjs`);
  await build({
    entryPoints: [fileURLToPath(program)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  return outfile;
}
