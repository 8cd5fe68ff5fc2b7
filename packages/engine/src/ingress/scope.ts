import type { HttpRequest } from "../http/message.ts";
import { queryParameter } from "../http/query.ts";
import { readHeader } from "./forwarded-headers.ts";
import { IngressError } from "./ingress-error.ts";

/** Scopes and limit keys: checked for their form, and then refused, since there is no flow control here. */

const COMPONENT_BYTES_MAX = 36;
const LIMIT_KEY_COMPONENTS_MAX = 2;
const LIMIT_KEY_HEADER = "x-restate-limit-key";

/** What is wrong with a scope, or a part of a limit key. */
function findComponentProblem(value: string): string | undefined {
  if (value === "") return "value cannot be empty";
  const length = new TextEncoder().encode(value).length;
  if (length > COMPONENT_BYTES_MAX) return `value too long: ${length} bytes (max ${COMPONENT_BYTES_MAX})`;
  if (!/^[a-zA-Z0-9_.-]*$/.test(value)) {
    return "value contains characters outside the allowed set [a-zA-Z0-9_.-]";
  }
  return undefined;
}

/** @throws IngressError if it is no scope. */
export function checkScope(scope: string): void {
  const problem = findComponentProblem(scope);
  if (problem !== undefined) throw new IngressError(400, `bad scope value: ${problem}`);
}

/** @throws IngressError for every scope. */
export function refuseScope(scope: string | undefined): void {
  if (scope === undefined) return;
  checkScope(scope);
  throw new IngressError(400, "scoped invocations require vqueues to be enabled");
}

/** @throws IngressError for every limit key, of which the header goes before the query. */
export function refuseLimitKey(request: HttpRequest): void {
  const limitKey = readHeader(request, LIMIT_KEY_HEADER) ?? queryParameter(request.query, "limit-key");
  if (limitKey === undefined || limitKey === "") return;
  const components = limitKey.replace(/\/$/, "").split("/");
  if (components.length > LIMIT_KEY_COMPONENTS_MAX) {
    throw new IngressError(
      400,
      `invalid limit-key: too many path components in the given limit-key (max ${LIMIT_KEY_COMPONENTS_MAX})`,
    );
  }
  for (const component of components) {
    const problem = findComponentProblem(component);
    if (problem !== undefined) {
      throw new IngressError(400, `invalid limit-key: invalid limit-key component: ${problem}`);
    }
  }
  throw new IngressError(400, "limit-key requires a scope to be set");
}
