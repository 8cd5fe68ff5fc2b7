/** The tests' side of `probe.ts`. */
export interface ProbeClient {
  /** What handlers noted under `key` so far, as JSON keeps it. */
  notes<T = unknown>(key: string): Promise<T[]>;
  /** Lets handlers through that wait for the door. */
  open(door: string): Promise<void>;
}

export function probeClient(url: string): ProbeClient {
  async function ask(what: string, name: string): Promise<unknown> {
    const response = await fetch(`${url}/${what}?name=${encodeURIComponent(name)}`);
    return await response.json();
  }
  return {
    notes: async <T>(key: string) => (await ask("notes", key)) as T[],
    open: async (door) => void (await ask("open", door)),
  };
}
