import { describeTarget, type Target } from "@perdure/engine/internal";
import { describeCommand, isCommand, type Message } from "@perdure/sdk/internal";
import type { PlacedFaultType } from "./schedule.ts";

/** What happened in one run, in order. The words are made only when somebody reads them. */
export type Happening =
  | { readonly type: "started"; readonly invocation: number; readonly target: Target; readonly known: number }
  /** By the handler, as journal entry `entry`. */
  | {
      readonly type: "stored";
      readonly invocation: number;
      readonly entry: number;
      readonly message: Message;
      /** What completes it, when the message itself does not say. */
      readonly of?: string | undefined;
    }
  | { readonly type: "ended"; readonly invocation: number; readonly message: Message }
  | {
      readonly type: "fault";
      readonly invocation: number;
      readonly fault: PlacedFaultType;
      readonly what: string;
    }
  | { readonly type: "chosen"; readonly at: number; readonly what: string; readonly instead: string };

/** The steps of a run, in words. */
export function sayHappening(happening: Happening): string | undefined {
  switch (happening.type) {
    case "started": {
      const { invocation, target, known } = happening;
      const again = known > 1 ? `, again: it replays ${known} entries` : "";
      return `#${invocation} ${describeTarget(target)} starts${again}`;
    }
    case "stored":
      return `#${happening.invocation} entry ${happening.entry}: ${sayMessage(happening.message, happening.of)}`;
    case "ended":
      return `#${happening.invocation} ${sayEnd(happening.message)}`;
    case "fault":
      return `>>> ${sayFault(happening)}`;
    case "chosen":
      return `>>> order:${happening.at}: ${happening.what} goes before ${happening.instead}`;
  }
}

function sayFault({ fault, invocation, what }: Extract<Happening, { type: "fault" }>): string {
  switch (fault) {
    case "rerun":
      return `rerun: #${invocation} has executed the closure of ${what}, and its result is lost`;
    case "crash":
      return `crash: the attempt of #${invocation} is broken off, right after ${what} was stored`;
    case "restart":
      return `restart: the engine dies with all attempts, right after ${what} of #${invocation} was stored`;
    case "suspend":
      return `suspend: #${invocation} is suspended where it waits`;
    case "cancel":
      return `cancel: #${invocation} is cancelled where it waits`;
  }
}

/** A message, as one would say it. */
export function sayMessage(message: Message, of: string | undefined = undefined): string {
  if (isCommand(message)) return describeCommand(message);
  switch (message.type) {
    case "ProposeRunCompletion":
      return `result of ${of ?? `run ${message.completionId}`}${sayOutcome(message.result.type)}`;
    case "Completion":
      return `${message.kind === "CallInvocationId" ? "id" : "result"} of ${of ?? `step ${message.completionId}`}${sayOutcome(message.result.type)}`;
    case "Signal":
      return message.signal === 1 ? "the cancellation" : `signal ${message.signal}`;
    default:
      return message.type;
  }
}

function sayOutcome(type: string): string {
  return type === "failure" ? ", a failure" : "";
}

function sayEnd(message: Message): string {
  switch (message.type) {
    case "End":
      return "has ended";
    case "Suspension":
      return "is suspended";
    case "Error":
      return `fails: ${message.message.split("\n")[0]}`;
    default:
      return message.type;
  }
}
