import { rpc, serde } from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { createRich, formats, isRich, lines, rich, richFlow } from "../services/serdes.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** features.md 5, and what the ingress makes of content types. */
export function serdeCases(stage: Stage): void {
  const client = () => stage.ingress.serviceClient(formats);

  async function answer(path: string, body?: string | Uint8Array, contentType?: string): Promise<unknown[]> {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const response = await stage.post(
      path,
      bytes,
      contentType === undefined ? {} : { "content-type": contentType },
    );
    return [response.status, await response.text(), response.headers.get("content-type")];
  }

  describe("superjson", () => {
    it("as a service's default keeps dates, maps, sets and BigInt everywhere", async () => {
      const result = await stage.ingress.objectClient(rich, unique("rich")).everywhere(createRich());
      expect(result.rich).toEqual([true, true, true, true, true]);
      expect(isRich(result.output)).toBe(true);
    });

    it("is the default of workflow promises too", async () => {
      const workflow = stage.ingress.workflowClient(richFlow, unique("rich"));
      await workflow.workflowSubmit();
      await workflow.tell(createRich());
      expect(await workflow.workflowAttach()).toBe(true);
    });
  });

  describe("schemas", () => {
    it("check inputs, with defaults and transformations", async () => {
      const booking = { seats: 2, at: " Rome " } as never;
      const parsed = { seats: 2, who: "nobody", at: "Rome" };
      expect(await client().zod(booking)).toEqual({ text: JSON.stringify(parsed) });
      expect(await client().schema(booking)).toEqual(parsed);
    });

    it.each(["zod", "schema"] as const)("%s: refuse with 400 and say where", async (handler) => {
      const error = await failureOf(client()[handler]({ seats: 0, at: 7 } as never));
      expect(error).toMatchObject({ name: "TerminalError", code: 400 });
      expect((error as Error).message).toMatch(
        /^Failed to deserialize input: .*\n\* \(at \/seats\) .*\n\* \(at \/at\) /,
      );
    });

    it("may accept no input", async () => {
      expect(await client().optional()).toBe("none");
      expect(await client().optional("some")).toBe("some");
    });

    it("that are asynchronous are refused with what to do", async () => {
      expect(await failureOf(client().asyncSchema("a"))).toMatchObject({
        code: 400,
        message: expect.stringContaining("asynchronously") as string,
      });
    });
  });

  describe("bytes and other formats", () => {
    it("pass as they are, with their content type", async () => {
      expect(await client().binary(new Uint8Array([0, 1, 255]))).toEqual(new Uint8Array([255, 1, 0]));
      expect(await answer("/Formats/binary", "abc", "application/octet-stream")).toEqual([
        200,
        "cba",
        "application/octet-stream",
      ]);
    });

    it("of one's own work at the ingress and between handlers", async () => {
      expect(await client().lines(["a", "b"])).toEqual(["b", "a"]);
      expect(await answer("/Formats/lines", "x\ny", "text/plain")).toEqual([200, "y\nx", "text/plain"]);
      const name = unique("lines");
      expect(await client().through(name)).toEqual(["b", "a"]);
      const raw = await client().lines(["a", "b"], rpc.opts({ output: serde.binary as never, input: lines }));
      expect(new TextDecoder().decode(raw as unknown as Uint8Array)).toBe("b\na");
    });
  });

  describe("content types", () => {
    it("are compared without parameters", async () => {
      expect(await answer("/Formats/json", '{"a":1}', "application/json; charset=utf-8")).toEqual([
        200,
        '{"a":1}',
        "application/json",
      ]);
    });

    it("that do not fit are refused by the ingress", async () => {
      for (const contentType of ["text/plain", "application/octet-stream", undefined]) {
        const [status] = await answer("/Formats/json", "1", contentType);
        expect(status, String(contentType)).toBe(400);
      }
      expect((await answer("/Formats/lines", "a", "application/json"))[0]).toBe(400);
    });

    it("may be accepted by pattern", async () => {
      expect(await answer("/Formats/accepting", "a,b", "text/csv")).toEqual([
        200,
        '["a,b"]',
        "application/json",
      ]);
      expect((await answer("/Formats/accepting", "a,b", "image/png"))[0]).toBe(400);
    });

    it("are not needed without a body", async () => {
      expect(await answer("/Formats/json")).toEqual([200, "", null]);
    });

    it("stand on empty answers only on demand", async () => {
      expect(await answer("/Formats/nothing")).toEqual([200, "", null]);
      expect(await answer("/Formats/emptyWithType")).toEqual([200, "", "application/json"]);
      expect(await answer("/Formats/typedOutput")).toEqual([200, '{"a":1}', "application/json"]);
    });
  });

  describe("previews", () => {
    it("show operators what is no plain JSON", async () => {
      const { metadata } = await stage.inspect<{ metadata: Record<string, string> }>("/services/RichCallee");
      expect(metadata).toMatchObject({ "dev.restate.serde.preview.later/input": "true" });
      const url = `${stage.running.adminUrl}/internal/services/RichCallee/serdes/decode/later/input`;
      const body = JSON.stringify({ json: { n: "7" }, meta: { values: { n: ["bigint"] } } });
      const response = await fetch(url, { method: "POST", body });
      expect([response.status, await response.json()]).toEqual([
        200,
        expect.objectContaining({ json: { n: "7" } }),
      ]);
    });
  });
}
