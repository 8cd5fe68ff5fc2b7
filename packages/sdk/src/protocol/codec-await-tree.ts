import { missing } from "./codec-values.ts";
import type { AwaitTree, Bytes, Combinator } from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ProtocolVersion } from "./versions.ts";
import { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/**
 * What an attempt awaits: a tree of combinators in version 7, three flat lists
 * before. Protocol sections 2.2, 2.3 and 3.11.
 */

/** The most combinators inside each other. The server pauses an invocation that exceeds it. */
export const AWAIT_TREE_DEPTH_MAX = 1000;

/** The most combinators altogether. */
export const AWAIT_TREE_NODES_MAX = 100_000;

/** By number on the wire. */
const COMBINATORS: readonly Combinator[] = [
  "unknown",
  "firstCompleted",
  "allCompleted",
  "firstSucceededOrAllFailed",
  "allSucceededOrFirstFailed",
];

/** Counts what has been visited, so that neither depth nor number gets out of hand. */
interface Visit {
  readonly depth: number;
  readonly nodes: { count: number };
}

const newVisit = (): Visit => ({ depth: 1, nodes: { count: 0 } });

/** Writes the fields of a tree, without its tag and length. */
export function writeTree(writer: WireWriter, tree: AwaitTree, visit: Visit = newVisit()): void {
  const inner = enter(visit);
  writer.packed(1, tree.completions);
  writer.packed(2, tree.signals);
  for (const name of tree.namedSignals) writer.textAlways(3, name);
  for (const nested of tree.nested) {
    const start = writer.open(4);
    writeTree(writer, nested, inner);
    writer.close(start);
  }
  writer.uint32(5, COMBINATORS.indexOf(tree.combinator));
}

/** A combinator that we don't know counts as `unknown`. */
export function decodeTree(bytes: Bytes, visit: Visit = newVisit()): AwaitTree {
  const inner = enter(visit);
  const reader = new WireReader(bytes);
  const leaves = newLeaves();
  const nested: AwaitTree[] = [];
  let combinator = 0;
  while (reader.next()) {
    if (readLeaf(reader, leaves)) continue;
    if (reader.field === 4) nested.push(decodeTree(reader.bytes(), inner));
    else if (reader.field === 5) combinator = reader.uint32();
    else reader.skip();
  }
  return { combinator: COMBINATORS[combinator] ?? "unknown", ...leaves, nested };
}

interface Leaves {
  readonly completions: number[];
  readonly signals: number[];
  readonly namedSignals: string[];
}

function newLeaves(): Leaves {
  return { completions: [], signals: [], namedSignals: [] };
}

/** Reads the field if it is one of the lists of leaves, which have the same numbers in all messages. */
function readLeaf(reader: WireReader, leaves: Leaves): boolean {
  if (reader.field === 1) reader.uint32s(leaves.completions);
  else if (reader.field === 2) reader.uint32s(leaves.signals);
  else if (reader.field === 3) leaves.namedSignals.push(reader.text("The name of a signal"));
  else return false;
  return true;
}

/** Versions 5 and 6 have no combinators: any leaf of the tree resumes, so each is named once. */
export function writeSuspension(writer: WireWriter, tree: AwaitTree, version: ProtocolVersion): void {
  if (version >= 7) {
    const start = writer.open(4);
    writeTree(writer, tree);
    writer.close(start);
    return;
  }
  const completions = new Set<number>();
  const signals = new Set<number>();
  const namedSignals = new Set<string>();
  const nodes = [tree];
  for (const node of nodes) {
    for (const id of node.completions) completions.add(id);
    for (const index of node.signals) signals.add(index);
    for (const name of node.namedSignals) namedSignals.add(name);
    for (const nested of node.nested) nodes.push(nested);
  }
  writer.packed(1, [...completions]);
  writer.packed(2, [...signals]);
  for (const name of namedSignals) writer.textAlways(3, name);
}

export function readSuspension(reader: WireReader, version: ProtocolVersion): AwaitTree {
  const leaves = newLeaves();
  let tree: Bytes | undefined;
  while (reader.next()) {
    if (readLeaf(reader, leaves)) continue;
    if (reader.field === 4) tree = reader.bytes();
    else reader.skip();
  }
  if (version < 7) return { combinator: "firstCompleted", ...leaves, nested: [] };
  if (tree === undefined) throw missing("What Suspension awaits");
  return decodeTree(tree);
}

/** The visit of what is nested in this combinator. */
function enter(visit: Visit): Visit {
  const { depth, nodes } = visit;
  nodes.count += 1;
  if (depth > AWAIT_TREE_DEPTH_MAX) {
    throw new ProtocolError(`Combinators are nested more than ${AWAIT_TREE_DEPTH_MAX} deep`, {
      hint: "Combine promises in one list rather than one by one.",
    });
  }
  if (nodes.count > AWAIT_TREE_NODES_MAX) {
    throw new ProtocolError(`More than ${AWAIT_TREE_NODES_MAX} combinators are awaited at once`, {
      hint: "Await them in several steps.",
    });
  }
  return { depth: depth + 1, nodes };
}
