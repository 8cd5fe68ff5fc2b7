import type { Fault, Schedule } from "./schedule.ts";

/**
 * The schedules that are simpler than this one by one step, the simplest first:
 * without one of its faults, then with one of them earlier.
 */
export function* simpler(schedule: Schedule): Iterable<Schedule> {
  if (schedule.length > 1) {
    for (const index of schedule.keys()) yield schedule.filter((_, at) => at !== index);
  }
  for (const [index, fault] of schedule.entries()) {
    for (const earlier of earlierFaults(fault)) {
      yield schedule.map((other, at) => (at === index ? earlier : other));
    }
  }
}

function* earlierFaults(fault: Fault): Iterable<Fault> {
  switch (fault.type) {
    case "suspendAll":
    case "order":
      return;
    case "choose":
      for (let at = 1; at < fault.at; at += 1) yield { ...fault, at };
      for (let option = 1; option < fault.option; option += 1) yield { ...fault, option };
      return;
    default:
      for (let at = 1; at < fault.at; at += 1) yield { ...fault, at };
  }
}
