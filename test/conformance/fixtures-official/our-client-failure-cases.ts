import {
  connect,
  HttpCallError,
  type Ingress,
  InvocationNotFoundError,
  rpc,
  serde,
  TerminalError,
  TransportError,
} from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { adminClient } from "../../support/admin.ts";
import { delay, eventually } from "../../support/eventually.ts";
import { startRestateServer } from "../../support/restate-server.ts";
import { RESTATE } from "../places/restate-kind.ts";
import { type ClientStage, rejectionOf, unique } from "./client-stage.ts";
import {
  APPROVAL,
  type Approval,
  BOX,
  type Box,
  COUNTER,
  type Counter,
  GREETER,
  type Greeter,
} from "./endpoint-contracts.ts";

/** Our client, a server, an endpoint of the official SDK: who answers late, badly, or not at all. */
export function ourClientFailureCases(stage: ClientStage): void {
  describe("awakeables", () => {
    async function awakeableIdIn(box: string): Promise<string> {
      return await eventually(async () => {
        const id = await stage.ingress.objectClient<Box>(BOX, box).peek();
        if (id === null) throw new Error("the box is empty");
        return id;
      });
    }

    it.each([[{ a: 1 }], ["text"], [undefined]])("are resolved with %j", async (payload) => {
      const box = unique("box");
      const result = stage.ingress.serviceClient<Greeter>(GREETER).awaits(box);
      await stage.ingress.resolveAwakeable(await awakeableIdIn(box), payload);
      expect(await result).toEqual(payload);
    });

    it("are resolved with bytes", async () => {
      const box = unique("box");
      const result = stage.ingress.serviceClient<Greeter>(GREETER).awaitsBytes(box);
      await stage.ingress.resolveAwakeable(await awakeableIdIn(box), new Uint8Array([0, 255]), serde.binary);
      expect(await result).toEqual([0, 255]);
    });

    it("are rejected with a reason", async () => {
      const box = unique("box");
      const error = rejectionOf(stage.ingress.serviceClient<Greeter>(GREETER).awaits(box));
      await stage.ingress.rejectAwakeable(await awakeableIdIn(box), "nobody came");
      expect(await error).toMatchObject({ name: "TerminalError", message: "nobody came", code: 500 });
    });

    it("with a bad id are refused", async () => {
      expect(await rejectionOf(stage.ingress.resolveAwakeable("not/an/id", 1))).toMatchObject({
        name: "HttpCallError",
        status: 400,
      });
    });
  });

  describe("errors", () => {
    const greeter = () => stage.ingress.serviceClient<Greeter>(GREETER);

    it("of a handler are its TerminalError", async () => {
      const error = await rejectionOf(
        greeter().fail({ message: "boom", code: 418, metadata: { reason: "teapot" } }),
      );
      expect(error).toBeInstanceOf(TerminalError);
      expect(error).not.toBeInstanceOf(HttpCallError);
      expect(error).toMatchObject({ message: "boom", code: 418, metadata: { reason: "teapot" } });
      const cause = (error as TerminalError).cause as HttpCallError;
      expect(cause.status).toBe(418);
      expect(cause.invocationId).toMatch(/^inv_1/);
    });

    it("keep a code that is no HTTP status", async () => {
      expect(await rejectionOf(greeter().fail({ message: "boom", code: 1200 }))).toMatchObject({
        code: 1200,
      });
    });

    it.each([
      ["a service that nobody serves", { service: "Nobody", handler: "x" }, 404],
      ["a handler that there is not", { service: "OfficialGreeter", handler: "nope" }, 404],
      ["a private handler", { service: "OfficialGreeter", handler: "hidden" }, 400],
      ["an object without key", { service: "OfficialCounter", handler: "get" }, 400],
    ])("of the ingress are HttpCallErrors: %s", async (_name, target, status) => {
      const error = await rejectionOf(stage.ingress.call({ ...target, parameter: undefined }));
      expect(error).toBeInstanceOf(HttpCallError);
      expect(error).not.toBeInstanceOf(TerminalError);
      expect(error).toMatchObject({ status });
      expect(JSON.parse((error as HttpCallError).responseText)).toMatchObject({ source: "ingress" });
    });

    it("of a killed invocation are a TerminalError 409", async () => {
      const opts = rpc.sendOpts({ idempotencyKey: unique("killed") });
      const send = await stage.ingress
        .serviceSendClient<Greeter>(GREETER)
        .slow({ ms: 60_000, value: "never" }, opts);
      await stage.admin.waitForStatus(send.invocationId, ["running", "suspended"]);
      await stage.admin.kill(send.invocationId);
      expect(await rejectionOf(stage.ingress.result(send))).toMatchObject({
        name: "TerminalError",
        code: 409,
      });
    });

    it("of the wire are TransportErrors", async () => {
      const nowhere = connect({ url: "http://127.0.0.1:9" });
      const refused = await rejectionOf(nowhere.serviceClient<Greeter>(GREETER).greet("x"));
      expect(refused).toBeInstanceOf(TransportError);
      expect(refused).toMatchObject({ kind: "network" });
      const late = await rejectionOf(
        greeter().slow({ ms: 60_000, value: "never" }, rpc.opts({ timeout: 100 })),
      );
      expect(late).toMatchObject({ name: "TransportError", kind: "timeout" });
    });

    it("of an aborted signal are its reason, together with a timeout", async () => {
      const controller = new AbortController();
      const opts = rpc.opts({ signal: controller.signal, timeout: 30_000 });
      const pending = rejectionOf(greeter().slow({ ms: 60_000, value: "never" }, opts));
      await delay(50);
      const reason = new Error("the user left");
      controller.abort(reason);
      expect(await pending).toBe(reason);
    });
  });

  describe("scopes", () => {
    it("need flow control", async () => {
      const scoped = stage.ingress.scope("tenant-1").serviceClient<Greeter>(GREETER);
      expect(await rejectionOf(scoped.greet("x"))).toMatchObject({ name: "HttpCallError", status: 400 });
    });

    if (stage.server !== RESTATE) return;
    it("are part of the identity, with it", async () => {
      const preview = await startRestateServer({ previewFeatures: true });
      try {
        await adminClient(preview.adminUrl).registerDeployment(stage.endpointUrl);
        const [one, two] = ["tenant-1", "tenant-2"].map((scope) =>
          connect({ url: preview.ingressUrl }).scope(scope),
        ) as [Ingress, Ingress];
        const opts = rpc.opts({ idempotencyKey: "k", limitKey: "a/b" });
        expect(await one.serviceClient<Greeter>(GREETER).greet("Mary", opts)).toBe("Hello, Mary!");
        expect(await two.serviceClient<Greeter>(GREETER).greet("Paul", opts)).toBe("Hello, Paul!");
        expect(await one.serviceInvocation("OfficialGreeter", "greet", "k").attach()).toBe("Hello, Mary!");
        expect(await two.serviceInvocation("OfficialGreeter", "greet", "k").attach()).toBe("Hello, Paul!");
        // The server does not know scoped objects yet, although the path for them exists.
        const counted = one.objectClient<Counter>(COUNTER, "c").add(1);
        expect(await rejectionOf(counted)).toMatchObject({ name: "HttpCallError", status: 400 });

        const workflow = one.workflowClient<Approval>(APPROVAL, "w");
        await workflow.workflowSubmit("loan");
        await workflow.approve(true);
        expect(await workflow.workflowAttach()).toBe("loan approved");
        expect(await workflow.workflowOutput()).toEqual({ ready: true, result: "loan approved" });
        await expect(two.workflowClient<Approval>(APPROVAL, "w").workflowOutput()).rejects.toThrow(
          InvocationNotFoundError,
        );
      } finally {
        await preview.stop();
      }
    });
  });

  describe("retries", () => {
    it("get the one result, over a server that is killed and restarted", async () => {
      const own = await stage.server.start();
      try {
        await own.admin.registerDeployment(stage.endpointUrl);
        const retrying = connect({
          url: own.ingressUrl,
          retry: { initialInterval: 50, maxInterval: 200, maxAttempts: false },
        });
        const patient = rpc.opts({ idempotencyKey: "patient" });
        const call = retrying.objectClient<Counter>(COUNTER, "c").slowAdd({ ms: 1_000, amount: 1 }, patient);
        const submitted = retrying.workflowClient<Approval>(APPROVAL, "w");
        await submitted.workflowSubmit("loan");
        const attached = submitted.workflowAttach();
        const impatient = connect({ url: own.ingressUrl });
        const lost = rejectionOf(impatient.serviceClient<Greeter>(GREETER).slow({ ms: 5_000, value: "x" }));
        await eventually(async () => {
          for (const target of [
            "OfficialCounter/c/slowAdd",
            "OfficialApproval/w/run",
            "OfficialGreeter/slow",
          ]) {
            const rows = await own.admin.invocations({ target });
            expect(rows.map(({ status }) => status)).toEqual([
              expect.stringMatching(/^(running|suspended)$/),
            ]);
          }
        });

        await own.kill();
        expect(await lost).toMatchObject({ name: "TransportError", kind: "network" });
        const whileDown = retrying
          .serviceClient<Greeter>(GREETER)
          .greet("Mary", rpc.opts({ idempotencyKey: "down" }));
        await own.restart();

        expect(await whileDown).toBe("Hello, Mary!");
        expect(await call).toBe(1);
        expect(await retrying.objectClient<Counter>(COUNTER, "c").get()).toBe(1);
        await submitted.approve(true);
        expect(await attached).toBe("loan approved");
      } finally {
        await own.stop();
      }
    });
  });
}
