import { serve } from "@perdure/sdk";
import { announceReady, portFromEnvironment } from "../../support/ready.ts";
import { logComplaints } from "./complaints.ts";
import { services } from "./services.ts";

/** The endpoint that is killed. What its SDK complains about goes to the ledger. */
const endpoint = await serve({
  services: [...services],
  port: portFromEnvironment(),
  logger: logComplaints,
});
announceReady(endpoint.port);
process.once("SIGTERM", () => void endpoint.close().then(() => process.exit(0)));
