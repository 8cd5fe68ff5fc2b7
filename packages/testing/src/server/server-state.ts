import { TestEngineError } from "../engine/test-engine-error.ts";
import type { StateParts } from "../engine/test-state.ts";
import { pause, wallNow } from "../real.ts";
import { type AdminFace, literal } from "./admin-face.ts";

const LOOK_INTERVAL_MS = 10;

export interface ServerStateOptions extends Pick<StateParts, "endpoint"> {
  readonly admin: AdminFace;
  /** How long a handler may hold the key whose state is to be changed. */
  readonly patienceMs: number;
}

type State = ReadonlyMap<string, Uint8Array>;

/** The state of objects and workflows, as the tables of a server have it. */
export function createServerState({ admin, endpoint, patienceMs }: ServerStateOptions): StateParts {
  const read = async (service: string, key: string): Promise<State> => {
    const rows = await admin.query<{ key: string; value: string }>(
      `SELECT key, value FROM state WHERE service_name = ${literal(service)} AND service_key = ${literal(key)}`,
    );
    return new Map(rows.map(({ key: name, value }) => [name, Buffer.from(value, "hex")] as const));
  };
  return {
    endpoint,
    activity: { quiet: async () => {} },
    api: {
      state: read,
      editState: async ({ service, key, state }) => {
        await admin.editState(service, key, state);
        const untilMs = wallNow() + patienceMs;
        while (!isSame(await read(service, key), state)) {
          if (wallNow() > untilMs) throw held(service, key, patienceMs);
          await pause(LOOK_INTERVAL_MS);
        }
      },
    },
  };
}

function isSame(a: State, b: State): boolean {
  return a.size === b.size && [...a].every(([name, bytes]) => isEqual(bytes, b.get(name)));
}

function isEqual(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0;
}

function held(service: string, key: string, patienceMs: number): TestEngineError {
  return new TestEngineError(
    "busy",
    `stateOf: after ${patienceMs} ms the state of ${service}/${key} has not changed, as a handler holds the key.`,
    "Let the handler end, or set the state before it starts.",
  );
}
