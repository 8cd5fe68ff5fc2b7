import { serve } from "@perdure/sdk";
import { announceReady, portFromEnvironment } from "../support/ready.ts";
import { createRunner, pause, worker } from "./program-services.ts";

/** Serves random programs and what they call; a process of its own, to be killed at any instant. */

const runner = createRunner(pause);

export type Runner = typeof runner;

const { port } = await serve({ services: [worker, runner], port: portFromEnvironment() });
announceReady(port);
