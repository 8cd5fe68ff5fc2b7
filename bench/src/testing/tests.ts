import { type Context, type ServiceDefinition, service } from "@perdure/sdk";
import { createTestEngine, type TestPlace } from "@perdure/testing";

interface Greeter {
  greet(ctx: Context, name: string): Promise<string>;
}

const greeter: ServiceDefinition<"Greeter", Greeter> = service({
  name: "Greeter",
  handlers: { greet: async (ctx: Context, name: string) => ctx.run("greet", () => `Hello, ${name}!`) },
});

/** One test from its first line to its last: an engine, a call with a run in it, and the end. In milliseconds. */
export async function timeTest(on: TestPlace): Promise<number> {
  const begun = performance.now();
  await using engine = await createTestEngine({ services: [greeter], on });
  const greeting = await engine.client.serviceClient(greeter).greet("Mary");
  if (greeting !== "Hello, Mary!") throw new Error(greeting);
  await engine.close();
  return performance.now() - begun;
}
