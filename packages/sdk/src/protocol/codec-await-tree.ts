import { create, toBinary } from "@bufbuild/protobuf";
import { missing } from "./codec-values.ts";
import * as wire from "./generated/perdure/protocol_pb.ts";
import type { AwaitTree, Bytes, Combinator } from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import { readMessage } from "./read-message.ts";
import { decodeText, encodeText } from "./text.ts";
import type { ProtocolVersion } from "./versions.ts";

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

export function encodeTree(tree: AwaitTree, visit: Visit = newVisit()): Bytes {
  const inner = enter(visit);
  const nestedFutures: Bytes[] = [];
  for (const nested of tree.nested) nestedFutures.push(encodeTree(nested, inner));
  const future = create(wire.FutureSchema, {
    waitingCompletions: [...tree.completions],
    waitingSignals: [...tree.signals],
    waitingNamedSignals: tree.namedSignals.map(encodeText),
    nestedFutures,
    combinatorType: COMBINATORS.indexOf(tree.combinator),
  });
  return toBinary(wire.FutureSchema, future);
}

/** A combinator that we don't know counts as `unknown`. */
export function decodeTree(bytes: Bytes, visit: Visit = newVisit()): AwaitTree {
  const inner = enter(visit);
  const future = readMessage(wire.FutureSchema, bytes);
  const nested: AwaitTree[] = [];
  for (const nestedFuture of future.nestedFutures) nested.push(decodeTree(nestedFuture, inner));
  return {
    combinator: COMBINATORS[future.combinatorType] ?? "unknown",
    completions: future.waitingCompletions,
    signals: future.waitingSignals,
    namedSignals: future.waitingNamedSignals.map((name) => decodeText(name, "The name of a signal")),
    nested,
  };
}

/** Versions 5 and 6 have no combinators: any leaf of the tree resumes, so each is named once. */
export function toWireSuspension(tree: AwaitTree, version: ProtocolVersion): wire.SuspensionMessage {
  if (version >= 7) return create(wire.SuspensionMessageSchema, { awaitingOn: encodeTree(tree) });
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
  return create(wire.SuspensionMessageSchema, {
    waitingCompletions: [...completions],
    waitingSignals: [...signals],
    waitingNamedSignals: [...namedSignals].map(encodeText),
  });
}

export function fromWireSuspension(message: wire.SuspensionMessage, version: ProtocolVersion): AwaitTree {
  if (version >= 7) {
    if (message.awaitingOn === undefined) throw missing("What Suspension awaits");
    return decodeTree(message.awaitingOn);
  }
  return {
    combinator: "firstCompleted",
    completions: message.waitingCompletions,
    signals: message.waitingSignals,
    namedSignals: message.waitingNamedSignals.map((name) => decodeText(name, "The name of a signal")),
    nested: [],
  };
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
