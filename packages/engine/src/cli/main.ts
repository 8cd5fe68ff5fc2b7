import { CommandError, EXIT_FAILED, EXIT_WRONG_USE } from "./command-error.ts";
import { parseCommandLine } from "./command-line.ts";
import { toHelp } from "./help.ts";
import { ENGINE_VERSION } from "./version.ts";

/**
 * Runs the command to its end, and resolves with its exit code.
 *
 * @param devApp The module that `dev` runs in a process of its own (`dev-app.ts`, built).
 */
export async function main(argv: readonly string[], devApp: URL): Promise<number> {
  const command = parseCommandLine(argv);
  switch (command.type) {
    case "help":
      console.log(toHelp(command.topic));
      return 0;
    case "version":
      console.log(ENGINE_VERSION);
      return 0;
    case "wrong":
      console.error(command.problems.join("\n"));
      console.error(`All options: ${command.topic === "perdure" ? "" : "perdure "}${command.topic} --help`);
      return EXIT_WRONG_USE;
    case "serve":
      // Loaded when it is needed: help and errors come without the engine.
      return run(async () => (await import("./run-serve.ts")).runServe(command.settings));
    case "dev":
      return run(async () => (await import("./run-dev.ts")).runDev({ ...command, devApp }));
  }
}

async function run(body: () => Promise<void>): Promise<number> {
  try {
    await body();
    return 0;
  } catch (error) {
    if (error instanceof CommandError) {
      console.error(error.message);
      return error.exitCode;
    }
    console.error(error);
    return EXIT_FAILED;
  }
}
