import { rpc, serde } from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import {
  dotted,
  flow,
  hidden,
  kinds,
  ledger,
  ledgerContract,
  plain,
  visible,
} from "../services/definitions.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

interface HandlerRow {
  readonly name: string;
  readonly ty?: string;
  readonly [field: string]: unknown;
}

interface ServiceRow {
  readonly ty: string;
  readonly handlers: readonly HandlerRow[];
  readonly [field: string]: unknown;
}

/** features.md 1.1 to 1.5: what a definition says reaches the server, and what it means. */
export function definitionCases(stage: Stage): void {
  const inspect = (name: string): Promise<ServiceRow> => stage.inspect<ServiceRow>(`/services/${name}`);

  async function inspectHandler(service: string, handler: string): Promise<HandlerRow> {
    return await stage.inspect<HandlerRow>(`/services/${service}/handlers/${handler}`);
  }

  async function kindsOf(service: string): Promise<Record<string, string | undefined>> {
    const { handlers } = await inspect(service);
    return Object.fromEntries(handlers.map(({ name, ty }) => [name, ty]));
  }

  describe("definitions", () => {
    it("have a kind, and so have their handlers", async () => {
      expect((await inspect("Plain")).ty).toBe("Service");
      expect(await kindsOf("Plain")).toEqual({
        shout: undefined,
        yell: undefined,
        twice: undefined,
        nothing: undefined,
        send: undefined,
      });
      expect((await inspect("Kinds")).ty).toBe("VirtualObject");
      expect(await kindsOf("Kinds")).toEqual({ bare: "Exclusive", exclusive: "Exclusive", shared: "Shared" });
      expect((await inspect("Flow")).ty).toBe("Workflow");
      expect(await kindsOf("Flow")).toEqual({ run: "Workflow", bare: "Shared", shared: "Shared" });
    });

    it("bind handlers to their siblings, and take one function under two names", async () => {
      const client = stage.ingress.serviceClient(plain);
      expect(await client.shout("abc")).toBe("ABC");
      expect(await client.yell("abc")).toBe("ABC");
      expect(await client.twice("abc")).toBe("ABC ABC");
    });

    it("may have dots and dashes in a service's name, and a handler named send", async () => {
      expect(await stage.ingress.serviceClient(dotted).hello()).toBe("hello");
      expect(await stage.ingress.serviceClient(plain).send()).toBe("a handler named send");
    });

    it("give objects and workflows their key", async () => {
      const key = `${unique("key")} /?%ä€𝄞`;
      expect(await stage.ingress.objectClient(kinds, key).bare()).toBe(key);
      expect(await stage.ingress.objectClient(kinds, key).exclusive()).toBe(key);
      expect(await stage.ingress.objectClient(kinds, key).shared()).toBe(key);
      expect(await stage.ingress.objectClient(kinds, "").bare()).toBe("");
      const workflow = stage.ingress.workflowClient(flow, key);
      expect(await workflow.bare()).toBe(key);
      expect(await stage.ingress.result(await workflow.workflowSubmit())).toBe(key);
    });

    it("of contracts are served, and called by contract and by implementation", async () => {
      const key = unique("ledger");
      const byContract = stage.ingress.client(ledgerContract, key);
      expect(await byContract.book({ item: "tea", amount: 2 })).toEqual({ total: 2 });
      expect(await stage.ingress.objectClient(ledger, key).book({ item: "tea", amount: 3 })).toEqual({
        total: 5,
      });
      expect(await byContract.total()).toBe(5);
      expect(await byContract.bytes()).toEqual(new Uint8Array([1, 2, 3]));
      expect(await kindsOf("Ledger")).toEqual({ book: "Exclusive", total: "Shared", bytes: "Shared" });
    });
  });

  describe("options", () => {
    it("of a service reach the server", async () => {
      expect(await inspect("Configured")).toMatchObject({
        documentation: "Everything is configured.",
        metadata: { team: "storage" },
        public: true,
        idempotency_retention: "1h",
        journal_retention: "2m",
        ...(stage.place.bidirectional && { inactivity_timeout: "1m 1s" }),
        abort_timeout: "11m 1s",
        retry_policy: {
          initial_interval: "70ms",
          max_interval: "9s",
          exponentiation_factor: 1.5,
          max_attempts: 7,
          on_max_attempts: "Pause",
        },
      });
    });

    it("of a handler come before those of its service", async () => {
      expect(await inspectHandler("Configured", "own")).toMatchObject({
        documentation: "Has its own.",
        metadata: { since: "1.2" },
        public: false,
        idempotency_retention: "1m",
        journal_retention: "30s",
        ...(stage.place.bidirectional && { inactivity_timeout: "1s 500ms" }),
        abort_timeout: "2s 500ms",
        retry_policy: { max_attempts: 3, on_max_attempts: "Kill" },
      });
      const inherits = await inspectHandler("Configured", "inherits");
      expect(inherits.public).toBe(true);
      expect(inherits).not.toHaveProperty("journal_retention");
    });

    it("of the endpoint apply where nothing else is said", async () => {
      expect(await inspect("Plain")).toMatchObject({
        journal_retention: "20h",
        retry_policy: { initial_interval: "20ms", max_interval: "200ms" },
      });
      expect(await inspect("Configured")).toMatchObject({ journal_retention: "2m" });
    });

    it("of workflows and objects", async () => {
      expect(await inspect("Flow")).toMatchObject({
        workflow_completion_retention: "3h",
        enable_lazy_state: true,
      });
      expect(await inspect("Kinds")).toMatchObject({ enable_lazy_state: false });
    });

    it("of an implementation come over its contract's", async () => {
      const row = await inspect("Ledger");
      expect(row).toMatchObject({
        documentation: "Books orders.",
        metadata: { owner: "implementation" },
        journal_retention: "5h",
      });
      expect(await inspectHandler("Ledger", "book")).toMatchObject({ abort_timeout: "4s" });
      expect(await inspectHandler("Ledger", "total")).toMatchObject({ documentation: "What was booked." });
    });

    it("hide private handlers from the ingress, not from other handlers", async () => {
      expect(await failureOf(stage.ingress.serviceClient(hidden).secret("Mary"))).toMatchObject({
        name: "HttpCallError",
        status: 400,
        message: expect.stringContaining("not public") as string,
      });
      expect(await stage.ingress.serviceClient(visible).tell("Mary")).toBe("the secret of Mary");
    });
  });

  describe("schemas and content types", () => {
    it("are described by the admin API", async () => {
      const book = await inspectHandler("Ledger", "book");
      expect(book).toMatchObject({
        input_description: "JSON object",
        input_json_schema: { type: "object", required: ["item", "amount"] },
        output_json_schema: { type: "object", properties: { total: { type: "number" } } },
      });
      const own = await inspectHandler("Configured", "own");
      expect(own).toMatchObject({
        input_json_schema: { properties: { amount: { type: "integer", exclusiveMinimum: 0 } } },
        output_description: "optional application/octet-stream",
      });
      expect(await inspectHandler("Plain", "nothing")).toMatchObject({
        input_description: "none",
        output_description: "none",
      });
    });

    it("stand in the OpenAPI document", async () => {
      interface Operation {
        readonly requestBody?: { readonly content: Record<string, { readonly schema: unknown }> };
      }
      const openApi = await stage.inspect<{
        paths: Record<string, { post?: Operation }>;
        components: { schemas: Record<string, unknown> };
      }>("/services/Ledger/openapi");
      const [path, operations] = Object.entries(openApi.paths).find(([name]) => name.endsWith("/book")) ?? [];
      expect(path).toContain("/Ledger/");
      const content = operations?.post?.requestBody?.content["application/json"];
      expect(content?.schema).toEqual({ $ref: "#/components/schemas/bookRequest" });
      expect(openApi.components.schemas.bookRequest).toMatchObject({ required: ["item", "amount"] });
    });

    it("a handler without input takes no body", async () => {
      expect(await stage.ingress.serviceClient(plain).nothing()).toBeUndefined();
      const empty = await stage.post("/Plain/nothing");
      expect([empty.status, await empty.text(), empty.headers.get("content-type")]).toEqual([200, "", null]);
      expect((await stage.post("/Plain/nothing", { a: 1 })).status).toBe(400);
    });

    it("options of a call come before those of the definition", async () => {
      const raw = await stage.ingress
        .serviceClient(plain)
        .shout("abc", rpc.opts({ output: serde.binary as never }));
      expect(new TextDecoder().decode(raw as unknown as Uint8Array)).toBe('"ABC"');
    });
  });
}
