import { TerminalError } from "../errors.ts";
import type { Command } from "../protocol/messages.ts";
import { sourceLine } from "./source-line.ts";

/** What the journal tells authors about steps that a replay may not repeat. */
export function foreignStepAdvice(target: string, awaited: string): string {
  return (
    `${target}: a step was issued by code that something other than ctx resumed, while ` +
    `durable steps are awaited in another branch (${awaited}). A replay may order them ` +
    `differently. Wrap the outside work in ctx.run, and use ctx outside of it.${atLine(sourceLine())}`
  );
}

export function insideRunError(run: string, command: Command): TerminalError {
  return new TerminalError(
    `ctx was used inside ctx.run "${run}": it tried ${command.type}.${atLine(sourceLine())}`,
    {
      hint: "Do the step before or after the run: what happens inside a run is not recorded.",
    },
  );
}

function atLine(line: string | undefined): string {
  return line === undefined ? "" : ` At ${line}.`;
}
