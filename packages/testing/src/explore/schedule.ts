/**
 * What is done to one run of a scenario, as data and as one short text.
 *
 * 1. Invocations are told apart by the order in which they first ran: 1, 2, ...
 *    So the same text means the same place as long as the code takes the same steps.
 */
export type Fault =
  /**
   * - `rerun`: the closure of the invocation's `at`-th run was executed, and its result is lost.
   * - `crash`: the attempt is broken off right after journal entry `at` was stored.
   * - `restart`: so is the whole engine, which is then opened again.
   * - `suspend`: at its `at`-th wait the invocation is suspended.
   * - `cancel`: at its `at`-th wait it is cancelled.
   */
  | { readonly type: PlacedFaultType; readonly invocation: number; readonly at: number }
  /** Every invocation is suspended at each wait. */
  | { readonly type: "suspendAll" }
  /** What attempts say is held back until all are at rest, then let through one by one, the oldest first. */
  | { readonly type: "order" }
  /** In the `at`-th choice of which goes first, it is not the oldest (0), but this one. Includes `order`. */
  | { readonly type: "choose"; readonly at: number; readonly option: number };

export type PlacedFaultType = "rerun" | "crash" | "restart" | "suspend" | "cancel";

export type Schedule = readonly Fault[];

const PLACED: ReadonlySet<string> = new Set<PlacedFaultType>([
  "rerun",
  "crash",
  "restart",
  "suspend",
  "cancel",
]);

/** `crash:1.4 suspend:all order:2.1`; empty for an undisturbed run. */
export function formatSchedule(schedule: Schedule): string {
  return schedule.map(formatFault).join(" ");
}

export function formatFault(fault: Fault): string {
  switch (fault.type) {
    case "suspendAll":
      return "suspend:all";
    case "order":
      return "order";
    case "choose":
      return `order:${fault.at}.${fault.option}`;
    default:
      return `${fault.type}:${fault.invocation}.${fault.at}`;
  }
}

/** Throws a `TypeError` for what {@link formatSchedule} does not write. */
export function parseSchedule(text: string): Schedule {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return words.map((word) => {
    const fault = parseFault(word);
    if (fault !== undefined) return fault;
    throw new TypeError(
      `explore: "${word}" in the schedule "${text}" is no fault. It is a text such as "crash:1.4 suspend:all", as a failed exploration prints it.`,
    );
  });
}

function parseFault(word: string): Fault | undefined {
  if (word === "suspend:all") return { type: "suspendAll" };
  if (word === "order") return { type: "order" };
  const [, type = "", first, second] = /^([a-z]+):(\d{1,9})\.(\d{1,9})$/.exec(word) ?? [];
  const numbers = [Number(first), Number(second)] as const;
  if (type === "order") return { type: "choose", at: numbers[0], option: numbers[1] };
  if (!PLACED.has(type)) return undefined;
  return { type: type as PlacedFaultType, invocation: numbers[0], at: numbers[1] };
}

export function isOrdered(schedule: Schedule): boolean {
  return schedule.some(({ type }) => type === "order" || type === "choose");
}

export function hasCancel(schedule: Schedule): boolean {
  return schedule.some(({ type }) => type === "cancel");
}
