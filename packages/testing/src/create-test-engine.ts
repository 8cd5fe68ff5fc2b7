import { assemble } from "./engine/assemble.ts";
import type { TestEngineOptions } from "./engine/options.ts";
import { type TestEngine, toTestEngine } from "./engine/test-engine.ts";
import { toPlace } from "./engine/where.ts";

/**
 * Starts an engine for one test: in memory, apart from every other one, with a time of its
 * own. It needs no server and no port, and works in any test runner.
 *
 * Throws a `TypeError` when a service is not valid, a `TestEngineError` when a replacement
 * does not fit. On a real server (`on`) it rejects with a `RestateServerError` when there is none.
 *
 * @example
 * await using engine = await createTestEngine({ services: [greeter] });
 * expect(await engine.client.serviceClient(greeter).greet("Mary")).toBe("Hello, Mary!");
 */
export async function createTestEngine(options: TestEngineOptions): Promise<TestEngine> {
  if (toPlace(options.on) === "engine") return toTestEngine(await assemble(options));
  const { createServerEngine } = await import("./server/server-engine.ts");
  return createServerEngine(options);
}
