import { rpc } from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { type RequestFacts, requested, requestedObject, requestedWorkflow } from "../services/request.ts";
import { type Stage, unique } from "../stage.ts";

/** features.md 2.1. */
export function requestCases(stage: Stage): void {
  const client = () => stage.ingress.serviceClient(requested);

  describe("ctx.request", () => {
    it("tells the target, the id and the body", async () => {
      const send = await stage.ingress.serviceSendClient(requested).facts({ a: "ä" });
      const facts = await stage.ingress.invocation<RequestFacts>(send.invocationId).attach();
      expect(facts).toMatchObject({
        target: { service: "Requested", handler: "facts" },
        targetText: "Requested/facts",
        id: send.invocationId,
        body: '{"a":"ä"}',
      });
      expect(facts.target).not.toHaveProperty("key");
      const key = unique("key");
      expect(await stage.ingress.objectClient(requestedObject, key).facts()).toMatchObject({
        target: { service: "RequestedObject", handler: "facts", key },
        targetText: `RequestedObject/${key}/facts`,
        body: "",
      });
      const submitted = await stage.ingress.workflowClient(requestedWorkflow, key).workflowSubmit();
      expect(await stage.ingress.result(submitted)).toMatchObject({
        targetText: `RequestedWorkflow/${key}/run`,
        id: submitted.invocationId,
      });
    });

    it("tells the caller's headers, in lower case", async () => {
      const facts = await client().facts(
        1,
        rpc.opts({ headers: { "X-Mixed-Case": "Kept", authorization: "Bearer token", traceparent: TRACE } }),
      );
      expect(facts.headers).toMatchObject({
        "x-mixed-case": "Kept",
        authorization: "Bearer token",
        "content-type": "application/json",
        traceparent: TRACE,
      });
      expect(facts.headers["x-restate-ingress-path"]).toContain("/Requested/facts");
      for (const dropped of ["host", "connection", "idempotency-key"]) {
        expect(facts.headers).not.toHaveProperty(dropped);
      }
    });

    it("tells the attempt's own headers", async () => {
      const { id, attemptHeaders } = await client().facts(1);
      expect(attemptHeaders["x-restate-invocation-id"]).toBe(id);
      // Without a transport there is no content.
      if (stage.running.endpointUrl === undefined) return;
      expect(attemptHeaders["content-type"]).toMatch(/^application\/vnd\.restate\.invocation\.v\d$/);
    });

    it("knows of idempotency keys and scopes from protocol v7 on only", async () => {
      const idempotencyKey = unique("idempotent");
      const facts = await client().facts(1, rpc.opts({ idempotencyKey }));
      const row = await stage.admin.getInvocation(facts.id);
      expect(row?.pinned_service_protocol_version).toBe(stage.place.protocolVersion);
      const known = stage.place.protocolVersion >= 7 ? idempotencyKey : "none";
      expect([facts.idempotencyKey, facts.scope]).toEqual([known, "none"]);
    });

    it("passes on what the runtime gave", async () => {
      const { extraArgs } = await client().facts(1);
      expect(extraArgs).toEqual(stage.place.extraArgs);
    });

    it("is the same in every attempt, with a signal of the attempt's own", async () => {
      const name = unique("attempts");
      const id = await client().attempts(name);
      const ids = await stage.probe.notes<string>(`${name} ids`);
      if (stage.place.suspendsAtAwaits) expect(ids.length).toBeGreaterThan(3);
      expect(new Set(ids)).toEqual(new Set([id]));
      expect(new Set(await stage.probe.notes(`${name} open`))).toEqual(new Set([false]));
      await eventually(async () => expect(await stage.probe.notes(`${name} ended`)).toHaveLength(ids.length));
    });

    it("signals the end of failing attempts too", async () => {
      const name = unique("fails");
      expect(await client().fails(name)).toBe("done");
      await eventually(async () => expect(await stage.probe.notes(`${name} ended`)).toHaveLength(3));
    });
  });
}

const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
