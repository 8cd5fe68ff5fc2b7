import type { EngineApi } from "../engine-api.ts";
import { emptyResponse, type HttpRequest, type HttpResponse } from "../http/message.ts";
import { findAwakeableIdProblem } from "../http/resource-ids.ts";
import { IngressError, methodNotAllowed } from "./ingress-error.ts";

const LEGACY_PREFIX = "prom_1";

/** Completes an awakeable. Accepted also when nobody waits for it. */
export async function completeAwakeable(
  engine: EngineApi,
  { id, verb }: { readonly id: string; readonly verb: "resolve" | "reject" },
  request: HttpRequest,
): Promise<HttpResponse> {
  if (request.method !== "POST") throw methodNotAllowed();
  const problem = findAwakeableIdProblem(id);
  if (problem !== undefined) throw new IngressError(400, `bad awakeable id '${id}': ${problem}`);
  const body = await request.readBody();
  // Ids of protocol versions that no handler here was ever asked in: accepted, and nobody waits for them.
  if (id.startsWith(LEGACY_PREFIX)) return emptyResponse(202);
  if (verb === "resolve") await engine.resolveAwakeable(id, body);
  else await engine.rejectAwakeable(id, new TextDecoder().decode(body));
  return emptyResponse(202);
}
