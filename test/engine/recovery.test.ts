import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { connect, rpc } from "@perdure/sdk/clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleOne } from "../support/bundle.ts";
import { type Child, startChild } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { createTemporaryFolder, type TemporaryFolder } from "../support/temporary-folder.ts";
import { type DescribedLive, describeLive } from "./fixtures/describe-live.ts";
import type { Order } from "./fixtures/recovery-engine.ts";
import {
  caller,
  failing,
  holder,
  loan,
  pausing,
  recoveryServices,
  sleeper,
  waiter,
} from "./fixtures/recovery-services.ts";

/**
 * An engine with work that waits in all ways is killed. Then this process opens
 * its folder, and looks inside.
 */
describe("what waits when an engine is killed", () => {
  const HOUR_MS = 3_600_000;
  const ids = new Map<string, string>();
  let folder: TemporaryFolder;
  let data: string;
  let child: Child;
  let before: readonly DescribedLive[];
  let engine: EmbeddedEngine;

  async function tell(): Promise<DescribedLive[]> {
    const path = join(folder.path, "told");
    rmSync(path, { force: true });
    child.send({ type: "tell", path } satisfies Order);
    await eventually(() => expect(existsSync(path)).toBe(true));
    return JSON.parse(readFileSync(path, "utf8")) as DescribedLive[];
  }

  async function waitUntilAllWait(): Promise<DescribedLive[]> {
    return await eventually(async () => {
      const all = await tell();
      expect(statusesOf(all)).toEqual(STATUSES);
      const backingOff = all.find(({ id }) => id === ids.get("backing off"));
      expect(backingOff?.nextRetryAtMs).toBeGreaterThan(Date.now());
      return all;
    });
  }

  const STATUSES = {
    suspended: "suspended",
    running: "invoked",
    scheduled: "scheduled",
    "holds the lock": "suspended",
    "first in the inbox": "inboxed",
    "second in the inbox": "inboxed",
    "backing off": "invoked",
    "paused by its policy": "paused",
    "paused by an operator": "paused",
    "waits for a promise": "suspended",
    "waits for a call": "suspended",
    "is waited for": "suspended",
  } as const;

  function statusesOf(all: readonly DescribedLive[]): Record<string, string> {
    const names = new Map([...ids].map(([name, id]) => [id, name]));
    return Object.fromEntries(all.map(({ id, status }) => [names.get(id) ?? "is waited for", status]));
  }

  async function sendAll(url: string): Promise<void> {
    const ingress = connect({ url });
    const note = (name: string, send: { invocationId: string }) => ids.set(name, send.invocationId);
    const sleepers = ingress.serviceSendClient(sleeper);
    note("suspended", await sleepers.sleep(HOUR_MS, rpc.sendOpts({ idempotencyKey: "asleep" })));
    note("paused by an operator", await sleepers.sleep(HOUR_MS));
    note("scheduled", await sleepers.sleep(0, rpc.sendOpts({ delay: { hours: 1 } })));
    note("running", await ingress.serviceSendClient(waiter).wait());
    const holders = ingress.objectSendClient(holder, "key");
    note("holds the lock", await holders.hold("first"));
    note("first in the inbox", await holders.hold("second"));
    note("second in the inbox", await holders.hold("third"));
    note("backing off", await ingress.serviceSendClient(failing).fail());
    note("paused by its policy", await ingress.serviceSendClient(pausing).fail());
    note("waits for a promise", await ingress.workflowClient(loan, "house").workflowSubmit());
    note("waits for a call", await ingress.serviceSendClient(caller).call(HOUR_MS));
  }

  beforeAll(async () => {
    folder = createTemporaryFolder();
    data = join(folder.path, "data");
    const program = new URL("./fixtures/recovery-engine.ts", import.meta.url);
    child = await startChild(await bundleOne(folder, program), { env: { PERDURE_DATA: data } });
    await sendAll(child.url);
    const paused = ids.get("paused by an operator") as string;
    await eventually(async () => {
      const all = await tell();
      expect(all.find(({ id }) => id === paused)?.status).toBe("suspended");
    });
    child.send({ type: "pause", invocationId: paused } satisfies Order);
    before = await waitUntilAllWait();
  });

  afterAll(async () => {
    await engine?.close();
    await child?.stop();
    folder?.remove();
  });

  it("no other engine gets the folder while its owner lives", async () => {
    await expect(createEngine({ data, services: [...recoveryServices] })).rejects.toMatchObject({
      name: "StoreError",
      code: "locked",
      message: expect.stringContaining(data),
      hint: expect.stringMatching(/\S/),
    });
    await expect(createEngine({ data })).rejects.toThrow(String(child.pid));
  });

  it("is as it was when the folder is opened again", async () => {
    await child.kill();
    engine = await createEngine({ data, services: [...recoveryServices], logger: () => {} });
    expect(describeLive(engine.api)).toEqual(before);
  });

  it("stays so: only what ran runs again", async () => {
    await eventually(() => {
      const running = describeLive(engine.api).filter(({ hasAttempt }) => hasAttempt);
      expect(running.map(({ id }) => id)).toEqual([ids.get("running")]);
    });
    expect(statusesOf(describeLive(engine.api))).toEqual(STATUSES);
  });

  it("goes on with what it knew", async () => {
    const { api, client } = engine;
    const idOf = (name: keyof typeof STATUSES): string => ids.get(name) as string;
    const resultOf = async (name: keyof typeof STATUSES): Promise<unknown> => {
      const answer = await api.attach(idOf(name));
      if (answer.type !== "success") throw new Error(JSON.stringify(answer));
      return JSON.parse(new TextDecoder().decode(answer.value));
    };

    await client.workflowClient(loan, "house").answer("yes");
    expect(await resultOf("waits for a promise")).toBe("yes");

    const told = before
      .find(({ id }) => id === idOf("running"))
      ?.journal.map(({ message }) => message)
      .find((message) => message.type === "Completion");
    const awakeableId = JSON.parse(Buffer.from(hexOf(told), "hex").toString("utf8")) as string;
    await api.resolveAwakeable(awakeableId, new TextEncoder().encode('"woken"'));
    expect(await resultOf("running")).toBe("woken");

    await api.control("kill", idOf("holds the lock"));
    expect(await resultOf("second in the inbox")).toEqual(["second", "third"]);
    expect(await resultOf("first in the inbox")).toEqual(["second"]);

    await api.control("resume", idOf("paused by its policy"));
    await eventually(() => {
      const again = describeLive(api).find(({ id }) => id === idOf("paused by its policy"));
      expect(again?.status).toBe("paused");
      expect(again?.modifiedAtMs).toBeGreaterThan(modifiedAt(before, idOf("paused by its policy")));
    });

    const same = await client
      .serviceSendClient(sleeper)
      .sleep(HOUR_MS, rpc.sendOpts({ idempotencyKey: "asleep" }));
    expect(same).toMatchObject({ invocationId: idOf("suspended"), status: "PreviouslyAccepted" });
    await api.control("cancel", idOf("waits for a call"));
    expect(await api.attach(idOf("waits for a call"))).toMatchObject({ failure: { code: 409 } });
  });
});

function modifiedAt(all: readonly DescribedLive[], id: string): number {
  return all.find((live) => live.id === id)?.modifiedAtMs as number;
}

/** The value is hexadecimal text, see `describeLive`. */
function hexOf(message: DescribedLive["journal"][number]["message"] | undefined): string {
  if (message?.type !== "Completion" || message.result.type !== "success") {
    throw new Error(`no value in ${JSON.stringify(message)}`);
  }
  return message.result.value as unknown as string;
}
