import { adminClient } from "../../support/admin.ts";
import { startRestateServer } from "../../support/restate-server.ts";
import type { RunningServer, ServerKind, ServerOptions } from "./server.ts";

/** The real server. */
export const RESTATE: ServerKind = { name: "Restate Server", reportsDeadlocks: false, start };

async function start({ inactivityTimeout, identityKeyFile }: ServerOptions = {}): Promise<RunningServer> {
  const server = await startRestateServer({
    inactivityTimeout,
    env: {
      ...(identityKeyFile !== undefined && {
        RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: identityKeyFile,
      }),
    },
  });
  const { ingressUrl, adminUrl, kill, restart, stop } = server;
  return { ingressUrl, adminUrl, admin: adminClient(adminUrl), kill, restart, stop };
}
