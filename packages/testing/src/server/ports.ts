import { createServer } from "node:net";

/**
 * Ports that a listener keeps across a restart must not lie in the range that
 * the kernel hands out to outgoing connections (32768 and up on Linux), or one
 * of those may take the port while the listener is down.
 */
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;
const TRIES_MAX = 100;

/** `count` different loopback ports that nothing listens on right now. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries > TRIES_MAX * count)
      throw new Error(`no ${count} free ports between ${PORT_MIN} and ${PORT_MAX}`);
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
