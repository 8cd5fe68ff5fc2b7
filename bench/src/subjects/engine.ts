import { parseArgs } from "node:util";
import { createEngine } from "@perdure/engine";
import * as sdk from "@perdure/sdk";
import { answerQuestions } from "./control.ts";
import { createServices } from "./services.ts";

/**
 * The engine with both its faces: alone, as `perdure serve` runs it, or with the services
 * in its process. With a folder it is durable.
 */
const { values } = parseArgs({
  options: { data: { type: "string" }, services: { type: "boolean", default: false } },
});

const engine = await createEngine({
  ...(values.data === undefined ? { ephemeral: true } : { data: values.data }),
  ...(values.services ? { services: [...createServices(sdk)], logger: () => {} } : {}),
});
const ingress = await engine.listen({ port: 0 });
const admin = await engine.listenAdmin({ port: 0 });
answerQuestions(ingress.port, { adminUrl: admin.url });
