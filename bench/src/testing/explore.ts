import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { createEndpointHandler } from "@perdure/sdk";
import { connect } from "@perdure/sdk/clients";
import { explore, type FaultKind } from "@perdure/testing";
import { startRestateServer } from "../../../packages/testing/src/server/restate-server.ts";
import { createSteps, echo, STEPS, SUM } from "./steps.ts";

export interface Explored {
  readonly runs: number;
  readonly ms: number;
}

/** The testing kit explores the handler. */
export async function exploreOnKit(faults?: readonly FaultKind[]): Promise<Explored> {
  const begun = performance.now();
  const { runs } = await explore({
    setup: () => {
      const effects = new Set<number>();
      return { services: [createSteps(effects), echo], effects: () => [...effects] };
    },
    scenario: (engine) => engine.client.serviceClient(createSteps(new Set())).go(),
    whenCancelled: () => {},
    faults,
  });
  return { runs, ms: performance.now() - begun };
}

/**
 * The same on a real server, as one would do it by hand: in each run the endpoint breaks
 * the stream of the first attempt off after one of the steps, and the server tries again.
 * One server for all runs, which retries after a millisecond.
 */
export async function exploreOnServer(runs: number): Promise<Explored> {
  const begun = performance.now();
  let attempt: ServerHttp2Stream | undefined;
  let crashAfter = 0;
  let effects = new Set<number>();
  const steps = createSteps(
    {
      add: (step: number) => effects.add(step),
    } as Set<number>,
    (step) => {
      if (step !== crashAfter) return undefined;
      crashAfter = 0;
      // What was sent is on its way before the stream ends.
      setImmediate(() => attempt?.destroy());
      return new Promise(() => {});
    },
  );
  const listener = createEndpointHandler({ services: [steps, echo], logger: () => {} });
  const endpoint = createServer((request, response) => {
    if (request.url.endsWith("/invoke/Steps/go")) attempt = request.stream as ServerHttp2Stream;
    listener(request, response);
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  const server = await startRestateServer({ retryInitialInterval: 1 });
  try {
    const uri = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
    const registered = await fetch(`${server.adminUrl}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri }),
    });
    if (!registered.ok) throw new Error(await registered.text());
    const client = connect({ url: server.ingressUrl }).serviceClient(steps);
    for (let run = 0; run < runs; run += 1) {
      effects = new Set();
      // The first one undisturbed, as the kit does it.
      crashAfter = run === 0 ? 0 : ((run - 1) % STEPS) + 1;
      const sum = await client.go();
      if (sum !== SUM || effects.size !== STEPS / 2 || crashAfter !== 0)
        throw new Error(`run ${run} went wrong`);
    }
    return { runs, ms: performance.now() - begun };
  } finally {
    endpoint.close();
    await server.stop();
  }
}
