/** A real Restate Server for one test file, as `@perdure/testing` gives it to its users. */
export {
  type RestateServer,
  startRestateServer,
} from "../../packages/testing/src/server/restate-server.ts";
export type { RestateServerOptions } from "../../packages/testing/src/server/server-settings.ts";
