import type { ControlAction, ControlOutcome, RestartOutcome } from "../engine-api.ts";

/** How requests of operators ended, as statuses and sentences. Features 8.5. */

export interface Refusal {
  readonly status: number;
  /** What is wrong, the invocation being quoted as `id`. No full stop. */
  readonly message: string;
}

/** The refusal, or `undefined` if it was done or is under way. */
export function toControlRefusal(
  action: ControlAction,
  outcome: ControlOutcome,
  id: string,
): Refusal | undefined {
  switch (outcome.type) {
    case "done":
    case "underWay":
      return undefined;
    case "notFound":
      return { status: 404, message: `'${id}' not found` };
    case "alreadyCompleted":
      return { status: 409, message: `'${id}' ${COMPLETED[action]}` };
    case "notCompleted":
      return { status: 409, message: `'${id}' is not yet completed` };
    case "notRunning":
      return { status: 409, message: `'${id}' is not running, cannot be paused` };
    case "notStarted":
      return { status: 425, message: `'${id}' is either inboxed or scheduled, cannot be resumed` };
    case "deploymentFixed":
      return {
        status: 409,
        message:
          `'${id}' is still running or the deployment id is not pinned yet, ` +
          "deployment id cannot be changed",
      };
    case "unknownDeployment":
      return { status: 400, message: deploymentNotFound("resume", id) };
  }
}

const COMPLETED: Readonly<Record<ControlAction, string>> = {
  cancel: "was already completed",
  kill: "was already completed",
  pause: "is not running, cannot be paused",
  resume: "is completed, cannot be resumed",
  purge: "was already completed",
  purgeJournal: "was already completed",
};

export function toRestartRefusal(
  outcome: Exclude<RestartOutcome, { readonly type: "restarted" }>,
  id: string,
): Refusal {
  switch (outcome.type) {
    case "notFound":
      return { status: 404, message: `'${id}' not found` };
    case "stillRunning":
      return { status: 409, message: `'${id}' is still running` };
    case "notStarted":
      return { status: 425, message: `'${id}' cannot be restarted because it's not running yet` };
    case "noJournal":
      return {
        status: 410,
        message:
          `'${id}' cannot be restarted because the input is not available. ` +
          "This indicates that the journal was already purged, or not retained at all",
      };
    case "openCommands":
      return {
        status: 400,
        message:
          `The prefix of the journal '${id}' up to 'from' (included) ` +
          "contains some Commands without respective Completions",
      };
    case "unknownDeployment":
      return { status: 400, message: deploymentNotFound("restart as new", id) };
    case "unsupported":
      return {
        status: 422,
        message: `Restarting the invocation '${id}' is not supported. ${outcome.message}`,
      };
  }
}

function deploymentNotFound(what: string, id: string): string {
  return `The given deployment was not found when trying to ${what} the invocation '${id}'`;
}

/** As one request for one invocation is told. */
export function toMessage({ status, message }: Refusal, id: string): string {
  if (status === 404) return `The requested invocation '${id}' does not exist`;
  const sentence = message.startsWith("'") ? `The invocation ${message}` : message;
  return sentence.endsWith(".") ? sentence : `${sentence}.`;
}

/** As one of many is told. */
export function toBatchMessage({ message }: Refusal): string {
  return message.startsWith("'") ? `Invocation ${message}` : message;
}
