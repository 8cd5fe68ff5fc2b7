/**
 * Who imports whom within a package (ARCHITECTURE.md).
 *
 * Owns: what the rules mean, as a pure function from sources to problems. Does not
 * own: the rooms, see `arrow-rules.ts`; reading files and printing, see
 * `check-arrows.ts`.
 *
 * 1. A room imports only what is listed for it. The entries stand at the top:
 *    they import any room, nobody imports them.
 * 2. Only files for Node import Node's modules, and only they and the entries for
 *    Node import such files.
 * 3. A package is imported only if it is a dependency; an optional peer only by
 *    the files named after it.
 * 4. Nothing imports in a circle, type imports included.
 * 5. Tests may import what they like; nothing that ships imports a test.
 */
import { builtinModules } from "node:module";
import { posix } from "node:path";
import type { ArrowRules } from "./arrow-rules.ts";
import { findCycles } from "./cycles.ts";
import { type Import, parseImports } from "./imports.ts";

const TEST = /(\.test\.ts$)|(^|\/)testing\//;
const NODE_MODULES = new Set(builtinModules);

export interface Sources {
  readonly rules: ArrowRules;
  /** The text of every file, by its path relative to the sources of the package. */
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
    if (roomOf(file, sources.rules) === undefined) {
      problems.push(
        `${file}: stands in no known room. Move it, or give its room a line in scripts/arrow-rules.ts.`,
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

function judgeFile(file: string, edge: Import, { rules, files }: Sources): string | undefined {
  const target = targetOf(file, edge);
  if (target.startsWith("../")) return `leaves ${rules.folder}. Import packages by their name.`;
  if (!files.has(target)) return "there is no such file. Write the path with its .ts extension.";
  if (TEST.test(target)) return "that is test code. What ships must not import it.";
  if (rules.entryFiles.has(target))
    return "an entry stands above every room. Import the file that the name comes from.";
  if (rules.isNodeFile(target) && !rules.isNodeFile(file) && !rules.nodeEntryFiles.has(file)) {
    return "that file uses Node's modules, this one must run anywhere. Split the portable part out of it.";
  }
  if (rules.entryFiles.has(file)) return undefined;
  const from = roomOf(file, rules) ?? "";
  const to = roomOf(target, rules) ?? "";
  const allowed = rules.allowed[from] ?? [];
  if (from === to || allowed.includes(to) || allowed.includes(target)) return undefined;
  return `${from} -> ${to} does not point down. ${from} may know ${list(allowed, from)}. Move the shared part down, or hand it in as an argument.`;
}

function judgePackage(file: string, edge: Import, sources: Sources): string | undefined {
  const { rules } = sources;
  const name = packageOf(edge.specifier);
  if (name.startsWith("node:") || NODE_MODULES.has(name)) {
    if (rules.isNodeFile(file)) return undefined;
    return `Node's modules stand only in ${rules.nodePlaces}. Use the web's standard APIs, or move the code there.`;
  }
  if (sources.dependencies.includes(name)) return undefined;
  if (sources.optionalPeers.includes(name)) {
    if (posix.basename(file).startsWith(name)) return undefined;
    return `${name} is an optional peer: only files named after it may import it, so that the other entries work without it.`;
  }
  return `${name} is not a dependency of ${rules.name}. Add it to ${posix.dirname(rules.folder)}/package.json, or do without.`;
}

function isRelative(edge: Import): boolean {
  return edge.specifier.startsWith(".");
}

function targetOf(file: string, edge: Import): string {
  return posix.join(posix.dirname(file), edge.specifier);
}

/** The first folder of a path, or the name of a file that is a room by itself. */
function roomOf(file: string, rules: ArrowRules): string | undefined {
  if (rules.entryFiles.has(file)) return "entry";
  const room = file.split("/")[0]?.replace(/\.ts$/, "") ?? "";
  return room in rules.allowed ? room : undefined;
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function list(rooms: readonly string[], self: string): string {
  return rooms.filter((room) => room !== self).join(", ") || "no other room";
}
