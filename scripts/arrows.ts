/**
 * The rooms of `@perdure/sdk` and who may know whom (ARCHITECTURE.md).
 *
 * Owns: the rules, as a pure function from sources to problems. Does not own:
 * reading files and printing, see `check-arrows.ts`.
 *
 * 1. A room imports only the rooms listed for it. The entries stand at the top:
 *    they import any room, nobody imports them.
 * 2. Only the Node and Lambda endpoints import Node's modules, and only they and
 *    the entries for Node import those endpoints.
 * 3. A package is imported only if it is a dependency; an optional peer only by
 *    the files named after it.
 * 4. Nothing imports in a circle, type imports included.
 * 5. Tests may import what they like; nothing that ships imports a test.
 */
import { builtinModules } from "node:module";
import { posix } from "node:path";
import { findCycles } from "./cycles.ts";
import { ENTRIES, NODE_ENTRIES } from "./entries.ts";
import { type Import, parseImports } from "./imports.ts";

const LEAVES = ["definition", "serde", "errors"];

/** For every room, the rooms it may import; its own is always allowed. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  definition: LEAVES,
  serde: LEAVES,
  errors: LEAVES,
  clients: LEAVES,
  protocol: LEAVES,
  journal: [...LEAVES, "protocol"],
  context: [...LEAVES, "protocol", "journal"],
  invocation: [...LEAVES, "protocol", "journal", "context"],
  endpoint: [...LEAVES, "protocol", "journal", "context", "invocation"],
};

const ENTRY_FILES = new Set(ENTRIES.map((entry) => `${entry}.ts`));
const NODE_ENTRY_FILES = new Set([...NODE_ENTRIES].map((entry) => `${entry}.ts`));
const NODE_ENDPOINT = /^endpoint\/(node|lambda)[^/]*(\/|\.ts$)/;
const TEST = /(\.test\.ts$)|(^|\/)testing\//;
const NODE_MODULES = new Set(builtinModules);

export interface Sources {
  /** The text of every file, by its path relative to `packages/sdk/src`. */
  readonly files: ReadonlyMap<string, string>;
  readonly dependencies: readonly string[];
  readonly optionalPeers: readonly string[];
}

/** Every import that breaks a rule, each as one line that says what is wrong and what to do. */
export function findProblems(sources: Sources): string[] {
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [file, text] of sources.files) {
    if (TEST.test(file)) continue;
    if (roomOf(file) === undefined) {
      problems.push(
        `${file}: stands in no known room. Move it, or give its room a line in scripts/arrows.ts.`,
      );
      continue;
    }
    const imports = parseImports(file, text);
    for (const edge of imports) {
      const problem = isRelative(edge) ? judgeFile(file, edge, sources) : judgePackage(file, edge, sources);
      if (problem !== undefined)
        problems.push(`${file}:${edge.line}: imports "${edge.specifier}": ${problem}`);
    }
    graph.set(
      file,
      imports.filter(isRelative).map((edge) => targetOf(file, edge)),
    );
  }
  for (const cycle of findCycles(graph)) {
    problems.push(
      `${cycle[0]}: imports itself in a circle: ${cycle.join(" -> ")}. Move what they share into a file of its own below both.`,
    );
  }
  return problems;
}

function judgeFile(file: string, edge: Import, sources: Sources): string | undefined {
  const target = targetOf(file, edge);
  if (target.startsWith("../")) return "leaves packages/sdk/src. Import packages by their name.";
  if (!sources.files.has(target)) return "there is no such file. Write the path with its .ts extension.";
  if (TEST.test(target)) return "that is test code. What ships must not import it.";
  if (ENTRY_FILES.has(target))
    return "an entry stands above every room. Import the file that the name comes from.";
  if (isNodeFile(target) && !isNodeFile(file) && !NODE_ENTRY_FILES.has(file)) {
    return "that file uses Node's modules, this one must run anywhere. Split the portable part out of it.";
  }
  if (ENTRY_FILES.has(file)) return undefined;
  const from = roomOf(file) ?? "";
  const to = roomOf(target) ?? "";
  if (from === to || (ALLOWED[from] ?? []).includes(to)) return undefined;
  return `${from} -> ${to} does not point down. ${from} may know ${list(ALLOWED[from] ?? [], from)}. Move the shared part down, or hand it in as an argument.`;
}

function judgePackage(file: string, edge: Import, sources: Sources): string | undefined {
  const name = packageOf(edge.specifier);
  if (name.startsWith("node:") || NODE_MODULES.has(name)) {
    if (isNodeFile(file)) return undefined;
    return "Node's modules stand only in endpoint/node* and endpoint/lambda*. Use the web's standard APIs, or move the code there.";
  }
  if (sources.dependencies.includes(name)) return undefined;
  if (sources.optionalPeers.includes(name)) {
    if (posix.basename(file).startsWith(name)) return undefined;
    return `${name} is an optional peer: only files named after it may import it, so that the other entries work without it.`;
  }
  return `${name} is not a dependency of @perdure/sdk. Add it to packages/sdk/package.json, or do without.`;
}

function isRelative(edge: Import): boolean {
  return edge.specifier.startsWith(".");
}

function targetOf(file: string, edge: Import): string {
  return posix.join(posix.dirname(file), edge.specifier);
}

function isNodeFile(file: string): boolean {
  return NODE_ENDPOINT.test(file) || file === "lambda.ts";
}

/** The first folder of a path, or the name of a file that is a room by itself. */
function roomOf(file: string): string | undefined {
  if (ENTRY_FILES.has(file)) return "entry";
  const room = file.split("/")[0]?.replace(/\.ts$/, "") ?? "";
  return room in ALLOWED ? room : undefined;
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function list(rooms: readonly string[], self: string): string {
  return rooms.filter((room) => room !== self).join(", ");
}
