import { queryParameter } from "../http/query.ts";
import { findDeploymentIdProblem, findInvocationIdProblem } from "../http/resource-ids.ts";
import { AdminError, invalidField, MalformedRequestError } from "./admin-error.ts";
import type { RouteContext } from "./router.ts";

/** Ids and parameters of requests, checked. */

export function readDeploymentId({ params }: RouteContext): string {
  const id = params.deployment as string;
  const problem = findDeploymentIdProblem(id);
  if (problem === undefined) return id;
  throw new MalformedRequestError(
    400,
    `Invalid URL: Cannot parse \`deployment\` with value \`${id}\`: ${problem}`,
  );
}

export function readInvocationId({ params }: RouteContext): string {
  const id = params.invocation as string;
  const problem = findInvocationIdProblem(id);
  if (problem !== undefined) throw invalidField("invocation_id", problem);
  return id;
}

/** `keep`, `latest`, or a deployment's id. */
export function readDeploymentChoice({ request }: RouteContext): string | undefined {
  const choice = queryParameter(request.query, "deployment");
  const problem = findDeploymentChoiceProblem(choice);
  if (problem === undefined) return choice;
  throw new AdminError(400, `The query parameter 'deployment' is invalid. Reason: ${problem}`);
}

export function findDeploymentChoiceProblem(choice: string | undefined): string | undefined {
  if (choice === undefined || choice === "keep" || choice === "latest") return undefined;
  return findDeploymentIdProblem(choice);
}

const U32_MAX = 4_294_967_295;

export function readIndex({ request }: RouteContext, name: string): number {
  const text = queryParameter(request.query, name);
  if (text === undefined) return 0;
  if (/^\+?\d+$/.test(text) && Number(text) <= U32_MAX) return Number(text);
  throw wrongQuery(name, `it has to be a whole number from 0 to ${U32_MAX}`);
}

export function readFlag({ request }: RouteContext, name: string): boolean {
  const text = queryParameter(request.query, name);
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw wrongQuery(name, "provided string was not `true` or `false`");
}

export function wrongQuery(name: string, problem: string): MalformedRequestError {
  return new MalformedRequestError(400, `Failed to deserialize query string: ${name}: ${problem}`);
}
