import { type Context, service } from "@perdure/sdk";
import { expect, test } from "vitest";
import { createEngine } from "./create-engine.ts";
import { createMemoryStore } from "./store/memory-store.ts";

interface Door {
  readonly passed: Promise<void>;
  readonly open: () => void;
}

function createDoor(): Door {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

test("what has just ended is read when it is there, not before", async () => {
  const [handler, disk] = [createDoor(), createDoor()];
  const greeter = service({
    name: "Greeter",
    handlers: {
      greet: async (_ctx: Context, name: string) => {
        await handler.passed;
        return `Hello ${name}`;
      },
    },
  });
  let gate = Promise.resolve();
  const engine = await createEngine({
    services: [greeter],
    store: createMemoryStore({ gate: () => gate }),
  });
  const { invocationId } = await engine.client.serviceSendClient(greeter).greet("Mary");
  gate = disk.passed;
  handler.open();
  await expect.poll(() => [...engine.api.completedInvocations()].map(({ id }) => id)).toEqual([invocationId]);
  const archive = engine.api.archive(invocationId);
  disk.open();
  expect(await archive).toMatchObject({ facts: { id: invocationId }, result: { type: "success" } });
  await engine.close();
});
