export { freePort, freePorts } from "../../packages/testing/src/server/ports.ts";
