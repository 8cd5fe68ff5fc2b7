import { pathToFileURL } from "node:url";
import { serve } from "@perdure/sdk";
import { type DevAppMessage, EXPORTS_PORT_VARIABLE, PORT_VARIABLE } from "./dev-messages.ts";
import { findServices } from "./find-services.ts";
import { type ListeningPorts, watchListeningPorts } from "./listening-ports.ts";

/**
 * Runs an application for `perdure dev`, in a process of its own.
 *
 * 1. A module that serves at the port it finds in `PORT` serves itself, whatever it exports.
 * 2. Else the services that it exports are served.
 * 3. Else it may still begin to serve, within {@link SERVE_TIMEOUT_MS}.
 */

/** How long a module that exports no services may take to serve some. */
export const SERVE_TIMEOUT_MS = 10_000;

/** How long running attempts may take to end or to suspend, before the new code takes over. */
const CLOSE_GRACE_MS = 1_000;

export async function runDevApp(file: string): Promise<void> {
  const ports = watchListeningPorts();
  const ownPort = Number(process.env[PORT_VARIABLE]);
  // Without the command that started it there is nobody to work for.
  process.on("disconnect", () => process.exit());
  // The terminal sends it to all; the command decides.
  process.on("SIGINT", () => {});
  try {
    const exports = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    const url = ports.isAsked(ownPort)
      ? await serveItself(ports, ownPort)
      : ((await serveExports(exports)) ?? (await serveLater(ports, ownPort)));
    tell({ type: "serving", url });
  } catch (error) {
    tell({ type: "failed", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.disconnect();
  }
}

async function serveItself(ports: ListeningPorts, port: number): Promise<string> {
  const { address, family } = await ports.whenListening(port);
  const isAny = address === "::" || address === "0.0.0.0";
  const host = isAny ? "127.0.0.1" : family === "IPv6" ? `[${address}]` : address;
  return `http://${host}:${port}`;
}

async function serveExports(exports: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  const services = findServices(exports);
  if (services.length === 0) return undefined;
  const endpoint = await serve({ services, port: Number(process.env[EXPORTS_PORT_VARIABLE]) });
  process.once("SIGTERM", () => {
    void endpoint.close({ graceMs: CLOSE_GRACE_MS }).then(() => process.exit());
  });
  return endpoint.url;
}

function serveLater(ports: ListeningPorts, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(nothingServed(ports)), SERVE_TIMEOUT_MS);
    serveItself(ports, port).then((url) => {
      clearTimeout(timer);
      resolve(url);
    }, reject);
  });
}

function nothingServed(ports: ListeningPorts): Error {
  const others = ports.all();
  const where = others.length === 0 ? "serves nothing" : `listens at port ${others.join(", ")} instead`;
  const error = new Error(
    `The file exports no services, and ${where}. Export them (export const greeter = service(...)), or serve them at the port in the environment variable PORT, as serve() does when it is given no port.`,
  );
  // Where it was noticed says nothing.
  error.stack = error.message;
  return error;
}

function tell(message: DevAppMessage): void {
  process.send?.(message);
}
