import { connect, type Ingress } from "@perdure/sdk/clients";
import { afterAll, beforeAll } from "vitest";
import type { AdminClient } from "../../support/admin.ts";
import type { Place, RunningPlace } from "../places/place.ts";
import type { ProbeClient } from "../places/probe-client.ts";

/** What the cases work with. Usable inside tests, not while they are being declared. */
export interface Stage {
  readonly place: Place;
  readonly running: RunningPlace;
  readonly ingress: Ingress;
  readonly admin: AdminClient;
  readonly probe: ProbeClient;
  /** POST to a path of the ingress, `body` as JSON unless it is bytes or text already. */
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** GET from the admin API. */
  inspect<T>(path: string): Promise<T>;
}

/** Starts the application at the place before the tests of this file, and stops it after them. */
export function useStage(place: Place, application: URL): Stage {
  let running: RunningPlace | undefined;
  let ingress: Ingress | undefined;

  beforeAll(async () => {
    running = await place.start(application);
    ingress = connect({ url: running.ingressUrl });
  });

  afterAll(async () => {
    await running?.stop();
  });

  function started(): RunningPlace {
    if (running === undefined) throw new Error(`${place.name} is not running`);
    return running;
  }

  return {
    place,
    get running() {
      return started();
    },
    get ingress() {
      started();
      return ingress as Ingress;
    },
    get admin() {
      return started().admin;
    },
    get probe() {
      return started().probe;
    },
    async post(path, body, headers = {}) {
      const isRaw = body === undefined || typeof body === "string" || body instanceof Uint8Array;
      return await fetch(started().ingressUrl + path, {
        method: "POST",
        headers: { ...(!isRaw && { "content-type": "application/json" }), ...headers },
        ...(body !== undefined && { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
      });
    },
    async inspect<T>(path: string) {
      const response = await fetch(started().adminUrl + path, { headers: { accept: "application/json" } });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
  };
}

let names = 0;

/** A key that no other test has. */
export function unique(what: string): string {
  names += 1;
  return `${what}-${names}`;
}

/** What the promise rejects with. Throws if it does not. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
}
