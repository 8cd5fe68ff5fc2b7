import { subscribe } from "node:diagnostics_channel";
import type { AddressInfo, Server } from "node:net";

/** The servers of this process, from the moment at which this was made. */
export interface ListeningPorts {
  /** Whether a server was told to listen at this port, even if it does not yet. */
  isAsked(port: number): boolean;
  /** Resolves when a server listens at this port. */
  whenListening(port: number): Promise<AddressInfo>;
  /** All ports at which servers listen. */
  all(): readonly number[];
}

export function watchListeningPorts(): ListeningPorts {
  const asked = new Set<number>();
  const listening = new Map<number, AddressInfo>();
  const waiting = new Map<number, (address: AddressInfo) => void>();
  subscribe("tracing:net.server.listen:asyncStart", (message) => {
    asked.add(Number((message as { options?: { port?: unknown } }).options?.port));
  });
  subscribe("tracing:net.server.listen:asyncEnd", (message) => {
    const address = (message as { server: Server }).server.address();
    if (typeof address !== "object" || address === null) return;
    listening.set(address.port, address);
    waiting.get(address.port)?.(address);
  });
  return {
    isAsked: (port) => asked.has(port),
    whenListening: (port) =>
      new Promise((resolve) => {
        const address = listening.get(port);
        if (address === undefined) waiting.set(port, resolve);
        else resolve(address);
      }),
    all: () => [...listening.keys()],
  };
}
