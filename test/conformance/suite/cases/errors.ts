import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { failing, impatient, RETRIED_KINDS, type RetriedKind, spoilt } from "../services/errors.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** features.md 4. */
export function errorCases(stage: Stage): void {
  const client = () => stage.ingress.serviceClient(failing);
  const sends = () => stage.ingress.serviceSendClient(failing);

  /** Until the invocation has failed like this, and was tried more than once. */
  async function retriesWith(send: { invocationId: string }, name: string, failure: RegExp): Promise<void> {
    await eventually(async () => {
      const row = await stage.admin.getInvocation(send.invocationId);
      expect(row?.last_failure).toMatch(failure);
      expect((await stage.probe.notes(name)).length).toBeGreaterThan(1);
    });
  }

  describe("a TerminalError", () => {
    it.each([
      [400, 400],
      [404, 404],
      [418, 418],
      [500, 500],
      [599, 599],
      [42, 500],
      [1200, 500],
    ])("with code %i is HTTP %i", async (code, status) => {
      const name = unique("terminal");
      const response = await stage.post("/Failing/terminal", { code, name });
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({
        code,
        message: "terminal",
        metadata: { shelf: "ä 7" },
      });
      expect(await failureOf(client().terminal({ code, name }))).toMatchObject({
        name: "TerminalError",
        code,
        message: "terminal",
        metadata: { shelf: "ä 7" },
      });
      expect(await stage.probe.notes(name)).toHaveLength(2);
    });

    it("has code 500 unless it says otherwise", async () => {
      expect(await failureOf(client().withoutCode())).toMatchObject({
        code: 500,
        message: "no code",
        metadata: {},
      });
    });

    it("may be a subclass", async () => {
      expect(await failureOf(client().subclass("own"))).toMatchObject({
        code: 402,
        message: "card 1234 declined",
        metadata: { card: "1234" },
      });
      expect(await failureOf(client().subclass("timeout"))).toMatchObject({
        code: 408,
        message: "Timeout occurred",
      });
      expect(await failureOf(client().subclass("cancelled"))).toMatchObject({
        code: 409,
        message: "Cancelled",
      });
    });
  });

  describe("any other error", () => {
    const FAILURES: Readonly<Record<RetriedKind, RegExp>> = {
      error: /an ordinary error/,
      restateError: /a restate error/,
      text: /Non-Error value: "just text"/,
      object: /Non-Error value: \{"code":7\}/,
      nothing: /Non-Error value: undefined/,
      aggregate: /all of them failed/,
      pause: /only in runs/,
    };

    it.each(RETRIED_KINDS)("of kind %s is retried", async (kind) => {
      const name = unique("retried");
      const send = await sends().retried({ kind, name });
      await retriesWith(send, name, FAILURES[kind]);
      await stage.probe.open(name);
      expect(await stage.ingress.invocation(send).attach()).toBe(true);
      expect(await stage.probe.notes(`${name} before`)).toHaveLength(1);
    });

    it("thrown before there is a promise is retried", async () => {
      const name = unique("sync");
      const send = await sends().sync(name);
      await retriesWith(send, name, /thrown without a promise/);
      await stage.probe.open(name);
      expect(await stage.ingress.invocation(send).attach()).toBe("recovered");
    });

    it("is retried when a RetryableError says", async () => {
      const name = unique("later");
      expect(await client().retryAfter({ name, ms: 600 })).toBe("done");
      const [first, second] = (await stage.probe.notes<number>(name)) as [number, number];
      expect(second - first).toBeGreaterThanOrEqual(600);
    });

    it("ends by asTerminalError, the handler's before the service's", async () => {
      expect(await failureOf(client().ownMapping("stock"))).toMatchObject({
        code: 410,
        message: "handler: sold out",
      });
      expect(await failureOf(client().ownMapping("terminal"))).toMatchObject({
        code: 411,
        message: "never mapped",
      });
      const name = unique("mapped");
      expect(await failureOf(client().serviceMapping(name))).toMatchObject({
        code: 412,
        message: "service: sold out",
      });
      expect(await stage.probe.notes(name)).toHaveLength(1);
    });
  });

  describe("a retry policy", () => {
    it("kills after the last attempt", async () => {
      const name = unique("killed");
      expect(await failureOf(client().killed(name))).toMatchObject({
        message: expect.stringMatching(/attempt 3/),
      });
      expect(await stage.probe.notes(name)).toHaveLength(3);
      const inside = unique("killed");
      expect(await client().callsKilled(inside)).toMatchObject({
        message: expect.stringMatching(/attempt 3/),
      });
    });

    it("of the service counts for its handlers", async () => {
      const name = unique("impatient");
      expect(await failureOf(stage.ingress.serviceClient(impatient).fail(name))).toMatchObject({
        message: expect.stringMatching(/attempt 2/),
      });
      expect(await stage.probe.notes(name)).toHaveLength(2);
    });

    it("pauses after the last attempt, until resumed", async () => {
      const name = unique("paused");
      const send = await sends().paused(name);
      await stage.admin.waitForStatus(send.invocationId, "paused");
      expect(await stage.probe.notes(name)).toHaveLength(2);
      await stage.probe.open(name);
      await stage.admin.resume(send.invocationId);
      expect(await stage.ingress.invocation(send).attach()).toBe("resumed");
    });
  });

  describe("values that cannot be read or written", () => {
    it("an input is refused with 400", async () => {
      const response = await stage.post("/Failing/serviceMapping", "{not json", {
        "content-type": "application/json",
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: 400,
        message: expect.stringMatching(/^Failed to deserialize input: Not JSON/) as string,
      });
    });

    it.each([
      ["badOutput", /The result of Failing\/badOutput cannot be serialized.*BigInt \(at \/amount\)/, "fine"],
      ["badArgument", /BigInt \(at \/deep\/amount\)/, "fine"],
      ["badResult", /expected number, received string/, "text"],
    ] as const)("%s is retried until new code can", async (handler, failure, result) => {
      const name = unique(handler);
      const send = await sends()[handler](name);
      await retriesWith(send, name, failure);
      await stage.probe.open(name);
      expect(await stage.ingress.invocation<unknown>(send.invocationId).attach()).toBe(result);
    });

    it("a state is retried until new code can", async () => {
      const [key, name] = [unique("spoilt"), unique("reader")];
      await stage.ingress.objectClient(spoilt, key).spoil();
      const send = await stage.ingress.objectSendClient(spoilt, key).read(name);
      await retriesWith(send, name, /JSON|UTF-8/);
      await stage.admin.kill(send.invocationId);
    });
  });

  describe("code that does not match the journal", () => {
    it("is told what differs and where, and recovers", async () => {
      const name = unique("diverges");
      const send = await sends().diverges(name);
      await eventually(async () => {
        const row = await stage.admin.getInvocation(send.invocationId);
        expect(row?.status).toBe("completed");
      });
      expect(await stage.ingress.invocation(send).attach()).toBe("the same again");
      const lines = await stage.probe.notes<{ level: string; message: unknown[] }>(
        `log ${send.invocationId}`,
      );
      const told = lines
        .map(({ message }) => message.join(" "))
        .find((text) => text.includes("something else"));
      expect(told).toContain("a pause");
      expect(told).toContain("Failing/diverges");
      expect(told).toMatch(/services\/errors\.ts:\d+/);
    });

    it("that does less is told what is left", async () => {
      const name = unique("shrinks");
      const send = await sends().shrinks(name);
      expect(await stage.ingress.invocation(send).attach()).toBe("done");
      expect(await stage.probe.notes(name)).toHaveLength(3);
      const lines = await stage.probe.notes<{ message: unknown[] }>(`log ${send.invocationId}`);
      const told = lines.map(({ message }) => message.join(" ")).filter((text) => text.includes('"step"'));
      expect(told.length).toBeGreaterThan(0);
    });
  });
}
