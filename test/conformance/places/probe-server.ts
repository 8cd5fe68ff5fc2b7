import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { notesOf, openDoor } from "./probe.ts";

/** Lets the tests reach the probe of this process, at the port that it resolves with. */
export function serveProbe(): Promise<number> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://probe");
    const name = url.searchParams.get("name") ?? "";
    if (url.pathname === "/open") openDoor(name);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(url.pathname === "/notes" ? notesOf(name) : null));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
