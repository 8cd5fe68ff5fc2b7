import {
  CANCEL_SIGNAL,
  encodeInvocationId,
  type NotificationResult,
  type Outcome,
} from "@perdure/sdk/internal";
import { type Attempt, Canceled, type Wait } from "./attempt.ts";
import { toAwakeableId } from "./awakeable-id.ts";
import type { Op, Program } from "./program.ts";
import { describeResult, failure, hash, success, toBytes, toText } from "./values.ts";

type Steps<T = void> = Generator<Wait, T, void>;

/** Ends the handler for good. */
class Terminal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

interface Running {
  readonly attempt: Attempt;
  readonly program: Program;
  /** What it saw, of which its result is made. */
  readonly seen: string[];
  /** Calls by the id under which their callee's id comes; a cancellation is passed on to them. */
  readonly calls: number[];
  readonly atTheEnd: number[];
}

/** Runs a program. Its result depends on everything that it saw. */
export function* interpret(attempt: Attempt, program: Program): Steps<Outcome> {
  const running: Running = { attempt, program, seen: [], calls: [], atTheEnd: [] };
  try {
    for (const op of program.ops) yield* attend(running, () => perform(running, op));
    for (const id of running.atTheEnd) yield* attend(running, () => see(running, waitFor(id)));
  } catch (error) {
    if (!(error instanceof Terminal)) throw error;
    return failure(error.code, `${error.message} in ${program.tag}`);
  }
  return success(`${program.tag}:${hash(running.seen.join())}`);
}

/** One step, and what becomes of a cancellation during it. */
function* attend(running: Running, step: () => Steps): Steps {
  try {
    yield* step();
  } catch (error) {
    if (!(error instanceof Canceled)) throw error;
    yield* cancelCalls(running);
    if (!running.program.stubborn) throw new Terminal(409, "cancelled");
    running.seen.push("cancelled");
  }
}

function* cancelCalls({ attempt, calls }: Running): Steps {
  for (const id of calls.splice(0)) {
    const callee = yield* attempt.waitForId(id);
    sendCancel(attempt, callee);
  }
}

function sendCancel(attempt: Attempt, callee: NotificationResult): void {
  if (callee.type !== "invocationId") return;
  const { invocationId: targetInvocationId } = callee;
  attempt.issue({
    type: "SendSignal",
    name: "",
    targetInvocationId,
    signal: CANCEL_SIGNAL,
    result: { type: "void" },
  });
}

const waitFor = (...completions: number[]): Wait => ({ completions, signals: [] });

function* see({ attempt, seen, program }: Running, wait: Wait): Steps {
  const result = yield* attempt.wait(wait);
  seen.push(describeResult(result));
  if (result.type === "failure" && !program.stubborn) throw new Terminal(500, "gave up");
}

function* perform(running: Running, op: Op): Steps {
  const { attempt, seen, program } = running;
  switch (op.op) {
    case "add": {
      const value = Number((yield* readState(attempt, op.name)) ?? 0) + op.by;
      attempt.state?.set(op.name, toBytes(String(value)));
      attempt.issue({
        type: "SetState",
        name: `+${op.by}`,
        key: op.name,
        value: toBytes(String(value)),
      });
      break;
    }
    case "read":
      seen.push((yield* readState(attempt, op.name)) ?? "none");
      break;
    case "keys":
      seen.push((yield* readKeys(attempt)).join());
      break;
    case "clear":
      attempt.state?.delete(op.name);
      attempt.issue({ type: "ClearState", name: "", key: op.name });
      break;
    case "clearAll":
      attempt.state?.clear();
      attempt.issue({ type: "ClearAllState", name: "" });
      break;
    case "sleep":
      yield* see(running, waitFor(sleep(attempt, op.ms)));
      break;
    case "run": {
      const completionId = attempt.takeCompletion();
      attempt.issue({ type: "Run", name: "step", completionId });
      const { failures, terminal } = op;
      yield* see(running, { ...waitFor(completionId), run: { completionId, failures, terminal } });
      break;
    }
    case "call":
      yield* call(running, op);
      break;
    case "send":
      yield* send(running, op);
      break;
    case "awakeable":
      yield* awakeable(running, op.by);
      break;
    case "resolve":
      attempt.issue({
        type: "CompleteAwakeable",
        name: "",
        awakeableId: op.awakeableId,
        result: success(`by ${program.tag}`),
      });
      break;
    case "promise":
      yield* promise(running, op);
      break;
    case "fail":
      throw new Terminal(400, "refused");
  }
}

function* readState(attempt: Attempt, key: string): Steps<string | undefined> {
  const completionId = attempt.takeCompletion();
  if (attempt.state !== undefined) {
    const value = attempt.state.get(key);
    const read = attempt.issue({ type: "GetEagerState", name: "", key, value });
    return read.value === undefined ? undefined : toText(read.value);
  }
  attempt.issue({ type: "GetLazyState", name: "", key, completionId });
  const result = yield* attempt.waitForId(completionId);
  return result.type === "success" ? toText(result.value) : undefined;
}

function* readKeys(attempt: Attempt): Steps<readonly string[]> {
  const completionId = attempt.takeCompletion();
  if (attempt.state !== undefined) {
    const keys = [...attempt.state.keys()].sort();
    return attempt.issue({ type: "GetEagerStateKeys", name: "", keys }).keys;
  }
  attempt.issue({ type: "GetLazyStateKeys", name: "", completionId });
  const result = yield* attempt.waitForId(completionId);
  return result.type === "stateKeys" ? result.keys : [];
}

function sleep(attempt: Attempt, ms: number): number {
  const completionId = attempt.takeCompletion();
  attempt.issue({ type: "Sleep", name: "", completionId, wakeUpTimeMs: attempt.nowMs() + ms });
  return completionId;
}

type CallOp = Extract<Op, { op: "call" }>;
type SendOp = Extract<Op, { op: "send" }>;

function toRequest({ to, program, idempotencyKey }: CallOp | SendOp) {
  return {
    name: "",
    service: to.service,
    handler: to.handler,
    key: to.key ?? "",
    parameter: toBytes(JSON.stringify(program)),
    headers: [],
    idempotencyKey,
  };
}

function* call(running: Running, op: CallOp): Steps {
  const { attempt, atTheEnd } = running;
  const invocationIdCompletionId = attempt.takeCompletion();
  const completionId = attempt.takeCompletion();
  attempt.issue({ type: "Call", ...toRequest(op), invocationIdCompletionId, completionId });
  running.calls.push(invocationIdCompletionId);
  if (op.awaits === "now") yield* see(running, waitFor(completionId));
  else if (op.awaits === "atTheEnd") atTheEnd.push(completionId);
  else if (op.awaits === "orTimeout") yield* see(running, waitFor(completionId, sleep(attempt, 400)));
}

function* send(running: Running, op: SendOp): Steps {
  const { attempt } = running;
  const invocationIdCompletionId = attempt.takeCompletion();
  const invokeTimeMs = op.delayMs === 0 ? 0 : attempt.nowMs() + op.delayMs;
  attempt.issue({ type: "OneWayCall", ...toRequest(op), invocationIdCompletionId, invokeTimeMs });
  if (op.afterwards === "nothing") return;
  const callee = yield* attempt.waitForId(invocationIdCompletionId);
  if (op.afterwards === "cancel") {
    sendCancel(attempt, callee);
  } else if (callee.type === "invocationId") {
    yield* lookAt(running, op, callee.invocationId);
  }
}

function* lookAt(running: Running, op: SendOp, invocationId: string): Steps {
  const { service, handler, key } = op.to;
  const { attempt } = running;
  const completionId = attempt.takeCompletion();
  const target =
    op.afterwards === "attachByKey" && op.idempotencyKey !== undefined
      ? ({ type: "idempotent", service, handler, key, idempotencyKey: op.idempotencyKey } as const)
      : ({ type: "invocation", invocationId } as const);
  const type = op.afterwards === "output" ? "GetInvocationOutput" : "AttachInvocation";
  attempt.issue({ type, name: "", completionId, target });
  yield* see(running, waitFor(completionId));
}

function* awakeable(running: Running, by: "outside" | "message"): Steps {
  const { attempt, program } = running;
  const signal = attempt.nextSignal;
  attempt.nextSignal += 1;
  if (by === "message") {
    const awakeableId = toAwakeableId(encodeInvocationId(attempt.started.start.id), signal);
    const resolver: Program = { tag: -program.tag, ops: [{ op: "resolve", awakeableId }], stubborn: true };
    const to = { service: "Plain", handler: "do", key: undefined };
    const idempotencyKey = undefined;
    yield* send(running, {
      op: "send",
      to,
      program: resolver,
      idempotencyKey,
      delayMs: 0,
      afterwards: "nothing",
    });
  }
  yield* see(running, { completions: [], signals: [signal] });
}

function* promise(running: Running, { name, how }: Extract<Op, { op: "promise" }>): Steps {
  const { attempt, program } = running;
  const completionId = attempt.takeCompletion();
  const id = { name: "", key: name, completionId };
  if (how === "get") attempt.issue({ type: "GetPromise", ...id });
  else if (how === "peek") attempt.issue({ type: "PeekPromise", ...id });
  else attempt.issue({ type: "CompletePromise", ...id, result: success(`by ${program.tag}`) });
  const { stubborn } = program;
  yield* see(
    { ...running, program: { ...program, stubborn: stubborn || how === "complete" } },
    waitFor(completionId),
  );
}
