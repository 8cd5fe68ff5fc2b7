import { fileURLToPath } from "node:url";
import { bundleOnce } from "../../support/bundle.ts";
import { type Child, type ChildOptions, startChild } from "../../support/child.ts";
import { eventually } from "../../support/eventually.ts";
import { EXTRA_ARGUMENTS } from "./fetch-bridge.ts";
import type { Transport } from "./listen.ts";
import type { Place } from "./place.ts";

/** An application in a process of its own, for the places whose engine reaches it over HTTP. */

const SERVE = new URL("./serve-application.ts", import.meta.url);

/** Behind any prefix an endpoint is the same. */
const PATHS: Readonly<Record<Transport, string>> = {
  http2: "",
  http1: "/mounted/below",
  fetch: "/api",
  "fetch-streaming": "/api/v1",
};

const START_TRIES_MAX = 3;

/** What cases see of the way to an application. */
export function transportFacts(
  transport: Transport,
  inactivityTimeout: number | undefined,
): Pick<Place, "suspendsAtAwaits" | "bidirectional" | "endpointSpeaksHttp1" | "extraArgs"> {
  const bidirectional = isBidirectional(transport);
  return {
    suspendsAtAwaits: inactivityTimeout === 0 || !bidirectional,
    bidirectional,
    endpointSpeaksHttp1: transport !== "fetch-streaming",
    extraArgs: transport.startsWith("fetch") ? EXTRA_ARGUMENTS : [],
  };
}

export function isBidirectional(transport: Transport): boolean {
  return transport === "http2" || transport === "fetch-streaming";
}

export function endpointUrl(child: Child, transport: Transport): string {
  return child.url + PATHS[transport];
}

export async function startApplication(transport: Transport, application: URL): Promise<Child> {
  const [program, services] = (await bundleOnce([SERVE, application])) as [string, string];
  return await startAtFreePort(program, { args: [transport, services] });
}

/** Stacks name the lines of sources, as they do for users, who run them as they wrote them. */
const EXEC_ARGUMENTS = ["--enable-source-maps"];

export async function startAtFreePort(file: string, options: ChildOptions): Promise<Child> {
  for (let tries = 1; ; tries++) {
    try {
      return await startChild(file, { execArgv: EXEC_ARGUMENTS, ...options });
    } catch (error) {
      // Another process may have taken the port between the choice and the start.
      if (tries === START_TRIES_MAX || !String(error).includes("EADDRINUSE")) throw error;
    }
  }
}

/** What the child says to be listening where: it prints a line `<name> <port>`, maybe after the news that it is ready. */
export async function printedUrl(child: Child, name: string): Promise<string> {
  return await eventually(() => {
    const [, port] = new RegExp(`^${name} (\\d+)$`, "m").exec(child.output()) ?? [];
    if (port === undefined)
      throw new Error(`The process did not say where its ${name} is:\n${child.output()}`);
    return `http://127.0.0.1:${port}`;
  });
}

/** Why nothing can be expected of a process any more, if it has ended by itself. */
export function endedEarly(file: URL, child: Child): string | undefined {
  if (child.isRunning()) return undefined;
  return `${fileURLToPath(file)} ended before the tests did:\n${child.output()}`;
}
