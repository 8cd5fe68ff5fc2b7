/**
 * For programs started by `startChild`: the port to listen on, and how to say
 * that it is listening. Both also work when the program is started by hand.
 */

/** The port to listen on; 0 (any) when started by hand without one. */
export function portFromEnvironment(): number {
  return Number(process.env.PORT ?? 0);
}

export function announceReady(port: number): void {
  if (process.send) process.send({ ready: port });
  else console.log(`ready ${port}`);
}
