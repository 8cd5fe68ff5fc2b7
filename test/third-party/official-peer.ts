import { createServer } from "node:http2";
import * as official from "@restatedev/restate-sdk";
import { announceReady, portFromEnvironment } from "../support/ready.ts";
import { createPeer, type Sdk } from "./peer.ts";

/** `peer.ts` on the official SDK. Runs on Node 24, which that SDK needs. */
const services = createPeer(official as unknown as Sdk, "Official", "Perdure");
const server = createServer(
  official.createEndpointHandler({
    services: services as unknown as Parameters<typeof official.createEndpointHandler>[0]["services"],
    logger: () => {},
  }),
);
server.listen(portFromEnvironment(), "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`listens on ${address}`);
  announceReady(address.port);
});
