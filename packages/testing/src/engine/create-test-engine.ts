import { createEngine } from "@perdure/engine";
import type { EndpointOptions } from "@perdure/sdk";
import type { Ingress } from "@perdure/sdk/clients";

/** What a test engine can be told. */
export interface TestEngineOptions extends Pick<EndpointOptions, "services"> {}

/** A whole engine for one test. */
export interface TestEngine extends AsyncDisposable {
  /** Calls services as a client from outside does. */
  readonly client: Ingress;
  /** Ends everything that runs, and forgets everything. */
  close(): Promise<void>;
}

/** Starts an engine that keeps everything in memory. */
export async function createTestEngine(options: TestEngineOptions): Promise<TestEngine> {
  const engine = await createEngine({ ...options, ephemeral: true });
  const close = (): Promise<void> => engine.close();
  return { client: engine.client, close, [Symbol.asyncDispose]: close };
}
