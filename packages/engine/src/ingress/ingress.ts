import type { EngineApi } from "../engine-api.ts";
import { type FaceAddress, type OnFault, type RunningFace, startFace } from "../http/face.ts";
import { createIngressHandler } from "./handler.ts";

/** The largest body that the ingress takes unless told otherwise: 32 MiB. */
export const INGRESS_BODY_BYTES_MAX: number = 32 * 1024 * 1024;

export interface IngressOptions extends FaceAddress {
  readonly engine: EngineApi;
  /** {@link INGRESS_BODY_BYTES_MAX} when absent. Larger requests get 413. */
  readonly bodyBytesMax?: number | undefined;
  /** Told of faults that are nobody's answer. Written to standard error when absent. */
  readonly onFault?: OnFault | undefined;
}

/** Starts the ingress. Resolves once it answers; rejects if the port cannot be had. */
export async function startIngress(options: IngressOptions): Promise<RunningFace> {
  const { engine, bodyBytesMax = INGRESS_BODY_BYTES_MAX, onFault = reportFault } = options;
  return await startFace(options, { handler: createIngressHandler(engine, onFault), bodyBytesMax, onFault });
}

function reportFault(error: unknown): void {
  console.error("The ingress failed to answer a request:", error);
}
