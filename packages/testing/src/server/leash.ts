import { spawn } from "node:child_process";

/**
 * Ties processes and folders to the life of this process, even when it is
 * killed with SIGKILL and can clean up nothing itself.
 *
 * A tiny shell waits on a pipe whose other end only we hold. When we let go on
 * purpose it reads a line and leaves; when we die it reads the end of the pipe
 * and does the work. It runs in a session of its own so that Ctrl-C in the
 * terminal does not take it away first.
 */

const SCRIPT = `
read -r released && exit 0
case "$1" in
  process) kill -9 "$2" ;;
  folder) sleep 1; rm -rf -- "$2" ;;
esac`;

/** Lets go: what was tied lives on without us. */
export type Release = () => void;

/** Kills process `pid` with SIGKILL when this process ends, however it ends. */
export function leashProcess(pid: number): Release {
  return leash("process", String(pid));
}

/** Removes `folder` when this process ends, a moment after its processes were killed. */
export function leashFolder(folder: string): Release {
  return leash("folder", folder);
}

function leash(what: "process" | "folder", argument: string): Release {
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "leash", what, argument], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Without a shell the tests still run; only the clean-up after a SIGKILL is lost.
  shell.on("error", () => {});
  shell.stdin.on("error", () => {});
  shell.unref();
  (shell.stdin as unknown as { unref?: () => void }).unref?.();
  return () => {
    shell.stdin.end("released\n");
  };
}
