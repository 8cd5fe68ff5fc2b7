/** More kills than in CI, for a long run by hand. */
export function roundsFromEnvironment(usual: number): number {
  return numberFromEnvironment("PERDURE_CRASH_ROUNDS") ?? usual;
}

/** The seed to repeat, or a new one. It fixes all decisions: the jobs, and when what is killed. */
export function seedFromEnvironment(): number {
  return numberFromEnvironment("PERDURE_CRASH_SEED") ?? Math.floor(Math.random() * 2 ** 32);
}

function numberFromEnvironment(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`${name} must be a whole number, not ${JSON.stringify(text)}`);
}

/** Enough time for the start, for each round, and for the rest of the work. */
export function timeoutMsFor(rounds: number): number {
  return 180_000 + rounds * 10_000;
}
