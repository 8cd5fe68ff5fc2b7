import { Listener } from "./listener.ts";
import type { HttpHandler } from "./message.ts";

/** Where a face listens. */
export interface FaceAddress {
  /** `127.0.0.1` when absent: nothing beyond this machine unless asked for. */
  readonly hostname?: string | undefined;
  /** 0 takes any free port. */
  readonly port: number;
}

/** A face that answers requests. */
export interface RunningFace {
  readonly port: number;
  /** For example `http://127.0.0.1:8080`, no slash at the end. */
  readonly url: string;
  /** Takes no more requests and resolves once all connections are gone. May be called twice. */
  close(): Promise<void>;
}

/** A fault of a face that is nobody's answer: told to the operator. */
export type OnFault = (error: unknown) => void;

export const LOOPBACK = "127.0.0.1";

export async function startFace(
  { hostname = LOOPBACK, port }: FaceAddress,
  options: { readonly handler: HttpHandler; readonly bodyBytesMax: number; readonly onFault: OnFault },
): Promise<RunningFace> {
  const listener = new Listener(options);
  const actualPort = await listener.listen(port, hostname);
  return { port: actualPort, url: toUrl(hostname, actualPort), close: () => listener.close() };
}

/** The address that clients of this machine use. */
export function toUrl(hostname: string, port: number): string {
  if (hostname === "0.0.0.0" || hostname === "") return `http://${LOOPBACK}:${port}`;
  if (hostname === "::") return `http://[::1]:${port}`;
  return hostname.includes(":") ? `http://[${hostname}]:${port}` : `http://${hostname}:${port}`;
}
