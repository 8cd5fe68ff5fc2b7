import * as sdk from "@perdure/sdk";
import { answerQuestions } from "./control.ts";
import { createServices } from "./services.ts";

/** An endpoint of ours, as an application serves it. */
const { port } = await sdk.serve({ services: [...createServices(sdk)], port: 0, logger: () => {} });
answerQuestions(port);
