import type { EngineApi } from "../engine-api.ts";
import { type FaceAddress, type OnFault, type RunningFace, startFace } from "../http/face.ts";
import { createAdminHandler } from "./handler.ts";

/** The largest body that the admin face takes unless told otherwise: 2 MiB. */
export const ADMIN_BODY_BYTES_MAX: number = 2 * 1024 * 1024;

export interface AdminOptions extends FaceAddress {
  readonly engine: EngineApi;
  /** What operators are told. */
  readonly clusterName: string;
  /** Where clients find the ingress, for example `http://127.0.0.1:8080`. */
  readonly ingressUrl: string;
  /** {@link ADMIN_BODY_BYTES_MAX} when absent. Larger requests get 413. */
  readonly bodyBytesMax?: number | undefined;
  /** Told of faults that are nobody's answer. Written to standard error when absent. */
  readonly onFault?: OnFault | undefined;
}

/** Starts the admin face. Resolves once it answers; rejects if the port cannot be had. */
export async function startAdmin(options: AdminOptions): Promise<RunningFace> {
  const { engine, clusterName, bodyBytesMax = ADMIN_BODY_BYTES_MAX, onFault = reportFault } = options;
  const ingressUrl = options.ingressUrl.endsWith("/") ? options.ingressUrl : `${options.ingressUrl}/`;
  const handler = createAdminHandler({ engine, clusterName, ingressUrl, onFault });
  return await startFace(options, { handler, bodyBytesMax, onFault });
}

function reportFault(error: unknown): void {
  console.error("The admin face failed to answer a request:", error);
}
