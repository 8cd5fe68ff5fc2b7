import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { EngineApi } from "../../../packages/engine/src/engine-api.ts";
import { invocationRows, journalRows, valueRows } from "./inspection-rows.ts";

/** Lets the tests see what the engine of this process holds, at the port that it resolves with. */
export function serveInspection(engine: EngineApi): Promise<number> {
  async function answer({ pathname, searchParams }: URL): Promise<unknown> {
    if (pathname === "/journal") return await journalRows(engine, searchParams.get("id") ?? "");
    if (pathname === "/values") return await valueRows(engine);
    return await invocationRows(engine, Object.fromEntries(searchParams));
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://inspection");
    answer(url).then(
      (rows) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(rows));
      },
      (error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      },
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
