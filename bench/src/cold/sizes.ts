import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const BENCH = fileURLToPath(new URL("../../", import.meta.url));

/** The ways in which a handler is served. */
export const RUNTIMES = ["node", "fetch", "lambda"] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** What an application with one service weighs: bundled with all that it needs, minified and gzipped, in bytes. */
export async function bundledBytes(
  sdk: string,
  runtime: Runtime,
  alias: Record<string, string>,
): Promise<number> {
  const [specifier, serve] =
    runtime === "node" ? [sdk, "serve"] : [`${sdk}/${runtime}`, "createEndpointHandler"];
  const { outputFiles } = await build({
    stdin: {
      contents: `import { service, ${serve} } from ${JSON.stringify(specifier)};
        const greeter = service({ name: "Greeter", handlers: { greet: async (ctx, name) => name } });
        export const served = ${serve}({ services: [greeter] });`,
      resolveDir: BENCH,
    },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "node",
    alias,
    external: ["node:*"],
    logLevel: "error",
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`Nothing was made of ${specifier}.`);
  return gzipSync(output.contents, { level: 9 }).byteLength;
}

/** What lies on the disk after an install: the package and all that it needs, in bytes. */
export async function installedBytes(folder: string): Promise<number> {
  const folders = new Set<string>();
  await collect(folder, folders);
  let bytes = 0;
  for (const each of folders) bytes += await bytesOf(each, await publishedOf(each));
  return bytes;
}

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
}

async function readPackage(folder: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as PackageJson;
}

async function collect(folder: string, folders: Set<string>): Promise<void> {
  if (folders.has(folder)) return;
  folders.add(folder);
  const { dependencies = {} } = await readPackage(folder);
  for (const name of Object.keys(dependencies)) await collect(findPackage(name, folder), folders);
}

/** Where Node finds a package from there, whatever it exports. */
function findPackage(name: string, from: string): string {
  const paths = createRequire(join(from, "package.json")).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name)).find((path) => existsSync(join(path, "package.json")));
  if (found === undefined) throw new Error(`${name} is not installed.`);
  return found;
}

/** In this workspace a package's folder holds more than is published. */
async function publishedOf(folder: string): Promise<readonly string[] | undefined> {
  return folder.includes("node_modules") ? undefined : (await readPackage(folder)).files;
}

async function bytesOf(folder: string, only: readonly string[] | undefined): Promise<number> {
  let bytes = 0;
  for (const name of only ?? (await readdir(folder))) {
    if (name === "node_modules") continue;
    const path = join(folder, name);
    const found = await stat(path);
    bytes += found.isDirectory() ? await bytesOf(path, undefined) : found.size;
  }
  return bytes;
}

/** Where a package of this workspace's bench is installed. */
export function folderOf(name: string): string {
  return findPackage(name, BENCH);
}

/** Where a source of an entry is found instead of its build, which may be old. */
export function sourceAliases(checkout: string): Record<string, string> {
  const sources = `${checkout}/packages/sdk/src`;
  return {
    "@perdure/sdk/fetch": `${sources}/fetch.ts`,
    "@perdure/sdk/lambda": `${sources}/lambda.ts`,
    "@perdure/sdk": `${sources}/index.ts`,
  };
}

export const ROOT: string = dirname(BENCH.replace(/\/$/, ""));
