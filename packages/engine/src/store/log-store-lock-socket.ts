import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { FolderLock } from "./folder-lock.ts";
import { codeOf } from "./store-error.ts";

const SOCKET = /^owner-(\d+)-[0-9a-f]+\.sock$/;
/** What fits into a socket's address. A longer path is reached through the open folder. */
const PATH_BYTES_MAX = 100;
/** Two processes that begin at the same instant both step back, and try again. */
const TRIES = 4;
const RETRY_DELAY_MS_MAX = 100;

/** The file system of the folder does not hold sockets. */
export class NoSocketsHere extends Error {}

/**
 * Listens on a socket of its own in the folder, then looks for others. Whoever
 * listens first and looks afterwards cannot miss one who did the same: at least
 * one of two sees the other, and steps back.
 */
export async function listenInFolder(
  folder: string,
  createLocked: (pid: number | undefined) => Error,
): Promise<FolderLock> {
  const handle = await fs.open(folder, "r");
  try {
    for (let tries = 1; ; tries += 1) {
      const name = `owner-${process.pid}-${randomBytes(6).toString("hex")}.sock`;
      const toAddress = (socket: string): string => {
        const path = join(folder, socket);
        return Buffer.byteLength(path) <= PATH_BYTES_MAX ? path : `/proc/self/fd/${handle.fd}/${socket}`;
      };
      const server = await listen(toAddress(name)).catch((error: unknown) => {
        throw SOCKETLESS.has(codeOf(error) ?? "") ? new NoSocketsHere() : error;
      });
      const others = await findOthers(folder, name, toAddress);
      if (others.alive === undefined) {
        for (const dead of others.dead) await fs.unlink(join(folder, dead)).catch(() => {});
        return {
          release: async () => {
            await closeServer(server);
            await handle.close();
          },
        };
      }
      await closeServer(server);
      if (tries === TRIES) throw createLocked(others.alive.pid);
      await delay(Math.random() * RETRY_DELAY_MS_MAX);
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Only the kernel knows this socket. `undefined` when another process listens on it. */
export async function listenAbstract(name: string): Promise<FolderLock | undefined> {
  try {
    const server = await listen(`\0${name}`);
    return { release: () => closeServer(server) };
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE") return undefined;
    throw error;
  }
}

const SOCKETLESS: ReadonlySet<string> = new Set([
  "EOPNOTSUPP",
  "ENOTSUP",
  "EPERM",
  "ENOSYS",
  "EINVAL",
  "EIO",
]);

async function findOthers(
  folder: string,
  own: string,
  toAddress: (socket: string) => string,
): Promise<{ alive: { pid: number | undefined } | undefined; dead: string[] }> {
  const dead: string[] = [];
  const names = await fs.readdir(folder);
  // Taken for dead and removed in the instant before it listened: nobody would see it.
  if (!names.includes(own)) return { alive: { pid: undefined }, dead };
  for (const name of names) {
    const pid = SOCKET.exec(name)?.[1];
    if (pid === undefined || name === own) continue;
    if (await isListening(toAddress(name))) return { alive: { pid: Number(pid) }, dead };
    dead.push(name);
  }
  return { alive: undefined, dead };
}

/** Anything but a clear no is a yes: the kernel says it of the socket itself, whatever its process is busy with. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => resolve(!["ECONNREFUSED", "ENOENT"].includes(codeOf(error) ?? "")));
  });
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    // A cluster worker would otherwise listen through its primary, which may outlive it.
    server.listen({ path, exclusive: true }, () => {
      server.off("error", reject);
      server.on("error", () => {});
      server.unref();
      resolve(server);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
