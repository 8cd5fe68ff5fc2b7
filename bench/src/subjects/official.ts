import { createServer } from "node:http2";
import * as sdk from "@restatedev/restate-sdk";
import { answerQuestions } from "./control.ts";
import { createServices, type Sdk } from "./services.ts";

/** An endpoint of the official SDK. Its types are narrower than ours; the names are the same. */
const services = createServices(sdk as unknown as Sdk) as unknown as ReturnType<typeof sdk.service>[];
const server = createServer(sdk.createEndpointHandler({ services, logger: () => {} }));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It listens at no port.");
  answerQuestions(address.port);
});
