import { join } from "node:path";
import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import {
  type AnyDefinition,
  type Context,
  handlers,
  type ObjectContext,
  object,
  serve,
  service,
} from "@perdure/sdk";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { InvocationStatus } from "../support/admin.ts";
import { freePort } from "../support/ports.ts";
import { createTemporaryFolder, type TemporaryFolder } from "../support/temporary-folder.ts";
import { engineAdmin } from "./fixtures/engine-stage.ts";

/** Work that has begun stays on its deployment; what begins later goes to the newest. */

const DESK = { name: "Desk" } as const;
const SOON_AND_ALWAYS = {
  initialIntervalMs: 50,
  factor: 1,
  maxIntervalMs: 50,
  maxAttempts: undefined,
  onMaxAttempts: "pause",
} as const;

function revision(name: string): readonly AnyDefinition[] {
  const greeter = service({
    name: "Greeter",
    handlers: { greet: async (_ctx: Context) => name },
  });
  const desk = object({
    name: "Desk",
    handlers: {
      /** Its steps have the revision's name, so that another one could not go on with its journal. */
      wait: async (ctx: ObjectContext): Promise<string[]> => {
        const { id, promise } = ctx.awakeable<string>();
        await ctx.run(`${name} tells`, () => id);
        const answer = await promise;
        const greeted = await ctx.serviceClient(greeter).greet();
        return [name, answer, greeted];
      },
      own: handlers.object.shared(async () => name),
    },
    options: { inactivityTimeout: 0 },
  });
  return [greeter, desk];
}

type Endpoint = Awaited<ReturnType<typeof serve>>;

let folder: TemporaryFolder;
let engine: EmbeddedEngine;
const endpoints = new Set<Endpoint>();

beforeAll(async () => {
  folder = createTemporaryFolder();
  await open();
});

afterAll(async () => {
  await engine?.close();
  await Promise.all([...endpoints].map((endpoint) => endpoint.close({ graceMs: 0 })));
  folder?.remove();
});

async function open(): Promise<void> {
  engine = await createEngine({
    data: join(folder.path, "data"),
    defaults: { retryPolicy: SOON_AND_ALWAYS },
  });
}

/** On a port that nobody else takes while the endpoint is away. */
async function serveRevision(name: string, knownPort?: number): Promise<Endpoint> {
  const port = knownPort ?? (await freePort());
  const endpoint = await serve({ services: [...revision(name)], port, logger: () => {} });
  endpoints.add(endpoint);
  return endpoint;
}

async function sendWait(key: string): Promise<string> {
  const sends = engine.client.objectSendClient<{ wait(ctx: ObjectContext): Promise<string[]> }>(DESK, key);
  return (await sends.wait()).invocationId;
}

async function ownName(): Promise<string> {
  const client = engine.client.objectClient<{ own(ctx: ObjectContext): Promise<string> }>(DESK, "any");
  return await client.own();
}

async function reach(id: string, status: InvocationStatus): Promise<void> {
  await engineAdmin(engine).waitForStatus(id, status);
}

/** Resolves the awakeable whose id the journal has. */
async function answer(id: string, text: string): Promise<void> {
  const live = [...engine.api.liveInvocations()].find((invocation) => invocation.id === id);
  const [awakeableId] = (live?.journal ?? []).flatMap(({ message }) =>
    message.type === "Completion" && message.result.type === "success" ? [parse(message.result.value)] : [],
  );
  await engine.api.resolveAwakeable(String(awakeableId), new TextEncoder().encode(JSON.stringify(text)));
}

async function resultOf(id: string): Promise<unknown> {
  const result = await engine.api.attach(id);
  if (result.type !== "success") throw new Error(JSON.stringify(result));
  return parse(result.value);
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

it("an invocation stays on the deployment on which it began, and what had not begun goes to the newest", async () => {
  const one = await engine.api.register({ uri: (await serveRevision("one")).url });
  const [first, second] = [await sendWait("a"), await sendWait("a")];
  await reach(first, "suspended");
  await reach(second, "pending");

  const two = await engine.api.register({ uri: (await serveRevision("two")).url });
  expect(two.deployment.id).not.toBe(one.deployment.id);
  expect(engine.api.service("Desk")).toMatchObject({ revision: 2, deploymentId: two.deployment.id });
  expect(await ownName()).toBe("two");

  await engine.close();
  await open();
  await answer(first, "now");
  expect(await resultOf(first)).toEqual(["one", "now", "two"]);

  await reach(second, "suspended");
  await answer(second, "later");
  expect(await resultOf(second)).toEqual(["two", "later", "two"]);
});

it("it waits for its deployment rather than go to another one", async () => {
  const two = await serveRevision("two");
  await engine.api.register({ uri: two.url });
  const id = await sendWait("b");
  await reach(id, "suspended");
  await engine.api.register({ uri: (await serveRevision("three")).url });
  await two.close({ graceMs: 0 });
  endpoints.delete(two);

  await answer(id, "at last");
  await reach(id, "backing-off");
  expect(await ownName()).toBe("three");
  await serveRevision("two", two.port);
  expect(await resultOf(id)).toEqual(["two", "at last", "three"]);
});
