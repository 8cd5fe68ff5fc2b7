import type { EngineApi } from "../engine-api.ts";
import { type HttpResponse, jsonResponse } from "../http/message.ts";
import { toTimestamp } from "../http/timestamp.ts";
import { AdminError } from "./admin-error.ts";
import { readInvocationId } from "./params.ts";
import type { Route, RouteContext } from "./router.ts";

/** What is stuck, and why. Ours: the server that this face stands in for has no such path. */
export function waitingRoutes(engine: EngineApi): readonly Route[] {
  return [
    {
      pattern: "/invocations/{invocation}/waiting",
      methods: { GET: (context) => waiting(engine, context) },
    },
  ];
}

function waiting(engine: EngineApi, context: RouteContext): HttpResponse {
  const id = readInvocationId(context);
  const found = engine.waitingFor(id);
  if (found === undefined) throw new AdminError(404, `The requested invocation '${id}' does not exist`);
  return jsonResponse(200, toWire(found));
}

/** As the face writes everything: `untilMs: 0` becomes `until: "1970-..."`, `heldBy` becomes `held_by`. */
function toWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      if (inner === undefined) return [];
      if (name.endsWith("Ms")) return [[toSnakeCase(name.slice(0, -2)), toTimestamp(inner as number)]];
      return [[toSnakeCase(name), toWire(inner)]];
    }),
  );
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
