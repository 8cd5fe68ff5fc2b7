import type { BoundEndpoint, BoundHandler } from "../definition/bound.ts";
import { toInvocationContentType } from "../protocol/versions.ts";
import { type Answer, toErrorAnswer } from "./responses.ts";
import { VALID_PATHS } from "./router.ts";

/** The answers to requests that are not right. Each says what would be. */

export function refusePath(path: string): Answer {
  return toErrorAnswer(404, `No such path: ${show(path)}. Valid paths are ${VALID_PATHS}`);
}

export function refuseMethod(
  request: { readonly method: string | undefined; readonly path: string },
  allowed: string,
): Answer {
  const message = `${show(request.path)} takes ${allowed}, not ${show(request.method)}`;
  return toErrorAnswer(405, message, { allow: allowed });
}

export function refuseAccept(accept: string | undefined): Answer {
  const offered =
    accept === undefined ? "The accept header is missing" : `Cannot answer discovery with ${show(accept)}`;
  return toErrorAnswer(
    415,
    `${offered}; accept application/vnd.restate.endpointmanifest.vN+json, where N is 2, 3 or 4`,
  );
}

export function refuseContentType(contentType: string | undefined): Answer {
  const what =
    contentType === undefined
      ? "The content-type header is missing"
      : `Unsupported content type ${show(contentType)}`;
  const known = ([5, 6, 7] as const).map(toInvocationContentType).join(", ");
  return toErrorAnswer(415, `${what}; this endpoint speaks ${known}`);
}

export function refuseSerde(service: string, serde: string): Answer {
  return toErrorAnswer(404, `No serde ${show(serde)} with a preview in service ${show(service)}`);
}

export const REFUSE_WHILE_STOPPING: Answer = toErrorAnswer(
  503,
  "This endpoint is stopping; the invocation can be tried again elsewhere",
);

/** The handler, or why there is none. */
export function findHandler(
  endpoint: BoundEndpoint,
  service: string,
  handler: string,
): BoundHandler | Answer {
  const found = endpoint.services.get(service);
  if (found === undefined) {
    const names = list(endpoint.services.keys());
    return toErrorAnswer(404, `No service ${show(service)} here. This endpoint serves ${names}`);
  }
  const names = list(found.handlers.keys());
  return (
    found.handlers.get(handler) ??
    toErrorAnswer(404, `Service ${show(service)} has no handler ${show(handler)}. It has ${names}`)
  );
}

export const SHOWN_LENGTH_MAX = 200;
export const LISTED_MAX = 20;

/** Text from a request, cut so that nobody can fill our logs with it. */
export function show(text: string | undefined): string {
  if (text === undefined) return "nothing";
  return JSON.stringify(text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text);
}

function list(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return "nothing";
  const shown = all.slice(0, LISTED_MAX).join(", ");
  return all.length > LISTED_MAX ? `${shown} and ${all.length - LISTED_MAX} more` : shown;
}
