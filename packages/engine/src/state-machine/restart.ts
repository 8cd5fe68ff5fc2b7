import type { RestartOutcome } from "../engine-api.ts";
import { createLive } from "./codec.ts";
import type { RestartEvent } from "./events.ts";
import { toInvocationId } from "./ids.ts";
import { enqueue } from "./inbox.ts";
import type { JournalEntry, LiveInvocation, Target } from "./records.ts";
import { noteEntry, type World } from "./world.ts";

/** A new invocation with the input of another, and its entries up to `from`. */
export function applyRestart(world: World, event: RestartEvent): RestartOutcome {
  const live = world.live.get(event.invocationId);
  if (live !== undefined) {
    const hasStarted = live.status !== "scheduled" && live.status !== "inboxed";
    return { type: hasStarted ? "stillRunning" : "notStarted" };
  }
  const { archived, deployment } = event;
  const facts = world.completed.get(event.invocationId);
  if (archived === undefined || facts === undefined) return { type: "notFound" };
  const { target } = facts;
  if (target.handlerKind === "workflow") {
    return { type: "unsupported", message: "A workflow's run cannot be restarted: it runs once per key." };
  }
  if (archived.journal.length === 0 || facts.journalExpiresAtMs <= world.nowMs) return { type: "noJournal" };
  const own = event.from > 1 ? archived.deploymentId : undefined;
  const deploymentId = deployment === undefined ? own : deploymentOf(world, { deployment, target, own });
  if (deployment !== undefined && deployment !== "keep" && deploymentId === undefined) {
    return { type: "unknownDeployment", deploymentId: deployment };
  }
  const kept = archived.journal.slice(0, Math.max(1, event.from));
  const id = toInvocationId({ target, idempotencyKey: undefined, entropy: event.entropy }, world.xxh3);
  const invocation = createLive({
    id,
    target,
    invokedBy: { type: "restart", from: event.invocationId },
    status: "invoked",
    createdAtMs: world.nowMs,
    deploymentId,
  });
  for (const entry of kept) noteEntry(invocation, entry);
  if (event.from > archived.journal.length || hasOpenCommands(invocation, kept))
    return { type: "openCommands" };
  invocation.commandCount = 0;
  invocation.expected.clear();
  invocation.completed.clear();
  invocation.callees.clear();
  world.live.set(id, invocation);
  for (const { message } of kept) world.append(invocation, message);
  world.touch(invocation);
  enqueue(world, invocation);
  return { type: "restarted", invocationId: id };
}

function deploymentOf(
  world: World,
  asked: { readonly deployment: string; readonly target: Target; readonly own: string | undefined },
): string | undefined {
  if (asked.deployment === "keep") return asked.own;
  if (asked.deployment === "latest") return world.directory.service(asked.target.service)?.deploymentId;
  return world.directory.deployment(asked.deployment)?.id;
}

/** Nobody would complete them: what they asked for was asked by the original. A run is done again. */
function hasOpenCommands({ expected, completed }: LiveInvocation, kept: readonly JournalEntry[]): boolean {
  for (const command of expected.values()) if (command.type !== "Run") return true;
  return kept.some(
    ({ message }) => message.type === "OneWayCall" && !completed.has(message.invocationIdCompletionId),
  );
}
