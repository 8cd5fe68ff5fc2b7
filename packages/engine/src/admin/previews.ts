import type { EngineApi } from "../engine-api.ts";
import type { HttpResponse } from "../http/message.ts";
import { BareRefusal, notFound } from "./admin-error.ts";
import type { Route, RouteContext } from "./router.ts";

/** For tools that show values to operators: asks the serdes of services. Not part of the described API. */
export function previewRoutes(engine: EngineApi): readonly Route[] {
  const methods = { POST: (context: RouteContext) => preview(engine, context) };
  const base = "/internal/services/{service}/serdes/{operation}/{serde}";
  return [
    { pattern: base, methods },
    { pattern: `${base}/{direction}`, methods },
  ];
}

async function preview(engine: EngineApi, { params, request }: RouteContext): Promise<HttpResponse> {
  const { service = "", operation, serde = "", direction } = params;
  if (operation !== "encode" && operation !== "decode") throw new BareRefusal(404);
  if (engine.service(service) === undefined) throw notFound(`service '${service}'`);
  const { status, contentType, body } = await engine.preview({
    service,
    operation,
    serde: direction === undefined ? serde : `${serde}/${direction}`,
    body: await request.readBody(),
  });
  return { status, headers: contentType === undefined ? [] : [["content-type", contentType]], body };
}
