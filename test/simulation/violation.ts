/** Something that must never happen has happened. */
export class Violation extends Error {
  override name = "Violation";
}

export function require(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Violation(what());
}
