import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError, EXIT_WRONG_USE } from "./command-error.ts";

/** How an application is run. */
export interface AppPlan {
  /** Absolute. */
  readonly file: string;
  /** What Node is told before the file. */
  readonly execArgv: readonly string[];
}

const JAVASCRIPT = new Set([".js", ".mjs", ".cjs"]);
const TYPESCRIPT = new Set([".ts", ".mts", ".cts"]);
const NEEDS_TSX = new Set([".tsx", ".jsx"]);

/** What a Node can do by itself; a parameter for its tests. */
export interface NodeAbilities {
  readonly stripsTypes: boolean;
  readonly allowsStrippingTypes: boolean;
}

/**
 * Finds out how to run this file: JavaScript by Node, TypeScript by `tsx` if the
 * project has it, else by Node's own stripping of types.
 *
 * @throws CommandError if there is no such file, or nothing that reads it.
 */
export function planApp(app: string, abilities: NodeAbilities = ownAbilities()): AppPlan {
  const file = resolve(app);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw wrongFile(`There is no file ${file}.`);
  const extension = extname(file);
  if (JAVASCRIPT.has(extension)) return { file, execArgv: [] };
  const isTypeScript = TYPESCRIPT.has(extension);
  if (!isTypeScript && !NEEDS_TSX.has(extension)) {
    throw wrongFile(`${file} is neither JavaScript nor TypeScript. Name the file with your services.`);
  }
  const tsx = findTsx(file);
  if (tsx !== undefined) return { file, execArgv: ["--import", tsx] };
  if (isTypeScript && abilities.stripsTypes) return { file, execArgv: [] };
  if (isTypeScript && abilities.allowsStrippingTypes) {
    return { file, execArgv: ["--experimental-strip-types"] };
  }
  throw wrongFile(
    `Nothing here reads ${extension} files: Node ${process.versions.node} does not, and tsx is not installed beside ${file}. Install it (npm install --save-dev tsx)${isTypeScript ? ", use Node 22.18 or later" : ""}, or name a compiled .js file.`,
  );
}

function findTsx(file: string): string | undefined {
  try {
    return pathToFileURL(createRequire(file).resolve("tsx")).href;
  } catch {
    return undefined;
  }
}

function ownAbilities(): NodeAbilities {
  const { typescript } = process.features as { readonly typescript?: unknown };
  return {
    stripsTypes: typeof typescript === "string",
    allowsStrippingTypes: process.allowedNodeEnvironmentFlags.has("--experimental-strip-types"),
  };
}

function wrongFile(message: string): CommandError {
  return new CommandError(message, { exitCode: EXIT_WRONG_USE });
}
