import type { EngineApi, Registered, RegisterOptions } from "../engine-api.ts";
import { emptyResponse, type HttpResponse, jsonResponse } from "../http/message.ts";
import { toTimestamp } from "../http/timestamp.ts";
import type { DeploymentInfo } from "../registry/service-info.ts";
import { AdminError, BareRefusal, invalidField, notFound, notImplemented } from "./admin-error.ts";
import { type JsonBody, readJsonBody, wrongShape } from "./json-body.ts";
import { readDeploymentId, readFlag } from "./params.ts";
import type { Route, RouteContext } from "./router.ts";
import { type Json, toDeploymentMetadata, toServiceMetadata } from "./service-metadata.ts";

/** Below this version a registration overwrites unless told not to. */
const NO_FORCE_SINCE_VERSION = 3;

export function deploymentRoutes(engine: EngineApi): readonly Route[] {
  const find = (id: string): DeploymentInfo => {
    const deployment = engine.deployment(id);
    if (deployment === undefined) throw notFound(`deployment '${id}'`);
    return deployment;
  };
  const update = async (context: RouteContext): Promise<HttpResponse> => {
    const id = readDeploymentId(context);
    const body = await readJsonBody(context.request);
    refuseLambda(body);
    const uri = readUri(body);
    find(id);
    const { deployment, services } = await engine.updateDeployment(id, {
      uri,
      useHttp11: body.optionalBoolean("use_http_11"),
      additionalHeaders: body.optionalTexts("additional_headers"),
      overwrite: body.optionalBoolean("overwrite"),
      dryRun: body.optionalBoolean("dry_run"),
    });
    return jsonResponse(200, toDetails(deployment, services.map(toServiceMetadata)));
  };
  return [
    {
      pattern: "/deployments",
      methods: {
        GET: () =>
          jsonResponse(200, {
            deployments: engine
              .deployments()
              .map((deployment) => toDetails(deployment, deployment.services.map(toNameAndRevision))),
          }),
        POST: (context) => register(engine, context),
      },
    },
    {
      pattern: "/deployments/{deployment}",
      methods: {
        GET: (context) => {
          const deployment = find(readDeploymentId(context));
          return jsonResponse(
            200,
            toDetails(deployment, engine.servicesOf(deployment.id).map(toServiceMetadata)),
          );
        },
        DELETE: (context) => remove(engine, context),
        PATCH: update,
        PUT: async (context) => {
          readDeploymentId(context);
          await readJsonBody(context.request);
          throw new AdminError(405, "PUT deployment is deprecated, use PATCH instead");
        },
      },
    },
  ];
}

function toDetails(deployment: DeploymentInfo, services: readonly Json[]): Json {
  return {
    ...toDeploymentMetadata(deployment),
    created_at: toTimestamp(deployment.createdAtMs),
    min_protocol_version: deployment.minProtocolVersion,
    max_protocol_version: deployment.maxProtocolVersion,
    sdk_version: deployment.sdkVersion,
    services,
  };
}

function toNameAndRevision({ name, revision }: DeploymentInfo["services"][number]): Json {
  return { name, revision };
}

async function register(engine: EngineApi, context: RouteContext): Promise<HttpResponse> {
  const body = await readJsonBody(context.request);
  const force = body.optionalBoolean("force") ?? context.apiVersion < NO_FORCE_SINCE_VERSION;
  if (!body.has("uri")) refuseLambda(body);
  const uri = readUri(body);
  if (uri === undefined) throw wrongShape("missing field `uri`");
  const options: RegisterOptions = {
    uri,
    useHttp11: body.optionalBoolean("use_http_11"),
    additionalHeaders: body.optionalTexts("additional_headers"),
    metadata: body.optionalTexts("metadata"),
    force,
    breaking: body.optionalBoolean("breaking"),
    dryRun: body.optionalBoolean("dry_run"),
  };
  return toRegisteredResponse(await engine.register(options));
}

function toRegisteredResponse({ deployment, services, created }: Registered): HttpResponse {
  const body = {
    id: deployment.id,
    services: services.map(toServiceMetadata),
    min_protocol_version: deployment.minProtocolVersion,
    max_protocol_version: deployment.maxProtocolVersion,
    sdk_version: deployment.sdkVersion,
  };
  return jsonResponse(created ? 201 : 200, body, { after: [["location", `deployments/${deployment.id}`]] });
}

async function remove(engine: EngineApi, context: RouteContext): Promise<HttpResponse> {
  const id = readDeploymentId(context);
  // Waiting until nothing needs the deployment any more is not offered, there as here.
  if (!readFlag(context, "force")) throw new BareRefusal(501);
  if (engine.deployment(id) === undefined) {
    throw new AdminError(404, `not found in the schema registry: deployment with id '${id}'`);
  }
  await engine.removeDeployment(id);
  return emptyResponse(202);
}

function refuseLambda(body: JsonBody): void {
  if (body.optionalText("arn") !== undefined) throw notImplemented("Invoking AWS Lambda functions");
}

/** The address without what endpoints have no use for: a query and a fragment. */
function readUri(body: JsonBody): string | undefined {
  const text = body.optionalText("uri");
  if (text === undefined) return undefined;
  if (text === "") throw wrongShape("uri: it is empty");
  if (!URL.canParse(text)) {
    throw invalidField("uri", `The provided uri ${text} is not absolute, only absolute URIs can be used.`);
  }
  const url = new URL(text);
  url.search = "";
  url.hash = "";
  return url.href;
}
