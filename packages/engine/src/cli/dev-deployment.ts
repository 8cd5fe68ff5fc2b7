import { type EngineApi, EngineError } from "../engine-api.ts";
import type { DeploymentInfo } from "../registry/service-info.ts";
import type { AppPorts } from "./app-process.ts";

/**
 * The application of `perdure dev` is one deployment over all its runs, and over
 * all starts of the command on one folder: work in progress goes on with the new
 * code. So its address stays, and where it can't, the deployment is moved.
 */

/** The metadata by which the deployment is found again; its value is the first of the ports. */
const MARK = "perdure.dev";

/** The server's code for an endpoint that speaks HTTP/1.1 only. */
const WRONG_HTTP_VERSION = "META0014";

/** The first of the ports that the application had before. */
export function findEarlierPort(api: EngineApi): number | undefined {
  const port = Number(findEarlier(api)?.metadata?.[MARK]);
  return Number.isInteger(port) && port > 0 && port < 65_535 ? port : undefined;
}

function findEarlier(api: EngineApi): DeploymentInfo | undefined {
  return api
    .deployments()
    .filter(({ metadata }) => metadata?.[MARK] !== undefined)
    .at(-1);
}

/** Registers what the application serves at this address now. */
export async function registerApp(
  api: EngineApi,
  app: { readonly uri: string; readonly ports: AppPorts },
): Promise<DeploymentInfo> {
  try {
    return await register(api, { ...app, useHttp11: false });
  } catch (error) {
    if (!(error instanceof EngineError) || error.restateCode !== WRONG_HTTP_VERSION) throw error;
    return await register(api, { ...app, useHttp11: true });
  }
}

async function register(
  api: EngineApi,
  { uri, ports, useHttp11 }: { readonly uri: string; readonly ports: AppPorts; readonly useHttp11: boolean },
): Promise<DeploymentInfo> {
  const earlier = findEarlier(api);
  const hasMoved =
    earlier?.place.type === "http" && new URL(earlier.place.uri).origin !== new URL(uri).origin;
  if (earlier !== undefined && hasMoved) {
    return (await api.updateDeployment(earlier.id, { uri, useHttp11, overwrite: true })).deployment;
  }
  const metadata = { [MARK]: String(ports.own) };
  return (await api.register({ uri, useHttp11, force: true, breaking: true, metadata })).deployment;
}
