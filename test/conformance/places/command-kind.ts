import { join } from "node:path";
import { type RunningCommand, startCommand } from "../../package-checks/command.ts";
import { freePorts } from "../../support/ports.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { checkBuild } from "./check-build.ts";
import { engineAdminClient } from "./engine-admin.ts";
import { folderTables } from "./folder-tables.ts";
import type { RunningServer, ServerKind, ServerOptions } from "./server.ts";

/** The command as it was built and as users have it, on a folder of its own. */
export const PERDURE_SERVE: ServerKind = { name: "perdure serve", reportsDeadlocks: true, start };

const START_TRIES_MAX = 3;

async function start(options: ServerOptions = {}): Promise<RunningServer> {
  checkBuild();
  const folder = createTemporaryFolder();
  const data = join(folder.path, "data");
  let { args, faces, command } = await launchAtFreePorts(toArguments(data, options));

  return {
    ingressUrl: faces.ingress,
    adminUrl: faces.admin,
    admin: engineAdminClient(faces.admin, folderTables(data)),
    kill: () => command.process.kill(),
    async restart() {
      ({ command } = await launch(args));
    },
    async stop() {
      const ended = command.process.isRunning() ? undefined : command.output();
      await command.stop();
      folder.remove();
      if (ended !== undefined) throw new Error(`perdure serve ended before the tests did:\n${ended}`);
    },
  };
}

function toArguments(data: string, { inactivityTimeout, identityKeyFile }: ServerOptions): string[] {
  return [
    ...["serve", "--data", data],
    ...(inactivityTimeout === undefined ? [] : ["--inactivity-timeout", `${inactivityTimeout}s`]),
    ...(identityKeyFile === undefined ? [] : ["--identity-key", identityKeyFile]),
  ];
}

interface Launched {
  readonly args: readonly string[];
  readonly command: RunningCommand;
  readonly faces: { readonly ingress: string; readonly admin: string };
}

/** It could choose its ports itself, but not the same ones again after a kill. */
async function launchAtFreePorts(args: readonly string[]): Promise<Launched> {
  for (let tries = 1; ; tries++) {
    const [ingress, admin] = await freePorts(2);
    try {
      return await launch([...args, "--ingress", `127.0.0.1:${ingress}`, "--admin", `127.0.0.1:${admin}`]);
    } catch (error) {
      // Another process may have taken a port between the choice and the start.
      if (tries === START_TRIES_MAX || !/EADDRINUSE|in use/.test(String(error))) throw error;
    }
  }
}

async function launch(args: readonly string[]): Promise<Launched> {
  const command = await startCommand(args);
  try {
    return { args, command, faces: await command.ready() };
  } catch (error) {
    await command.stop();
    throw error;
  }
}
