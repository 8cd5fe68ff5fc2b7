import { styleText } from "node:util";

/** What the demos print, and what it has to be true for. */
export interface Report {
  say(text?: string): void;
  table(rows: readonly (readonly string[])[]): void;
  check(claim: string, holds: boolean): void;
  /** Prints the checks, and gives how many of them failed. */
  finish(): number;
}

type Color = Parameters<typeof styleText>[0];

const COLORS: Readonly<Record<string, Color>> = {
  done: "green",
  "from the journal": "cyan",
  "killed here": "red",
  "cut off": "red",
  "done again": "yellow",
};

export function createReport(print: (line: string) => void, { colors = false } = {}): Report {
  const checks: { readonly claim: string; readonly holds: boolean }[] = [];
  const paint = (color: Color | undefined, text: string): string =>
    colors && color !== undefined ? styleText(color, text) : text;
  return {
    say: (text = "") => print(text),
    table(rows) {
      const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
      for (const row of rows) {
        const cells = row.map(
          (cell, column) => paint(COLORS[cell], cell) + " ".repeat((widths?.[column] ?? 0) - cell.length),
        );
        print(`    ${cells.join("   ")}`.trimEnd());
      }
    },
    check: (claim, holds) => void checks.push({ claim, holds }),
    finish() {
      const failed = checks.filter(({ holds }) => !holds).length;
      print("");
      print("What had to hold");
      for (const { claim, holds } of checks) {
        print(`  ${holds ? paint("green", "ok  ") : paint("red", "FAIL")}  ${claim}`);
      }
      print("");
      print(
        failed === 0 ? `All ${checks.length} checks hold.` : `${failed} of ${checks.length} checks FAILED.`,
      );
      return failed;
    },
  };
}

export function ms(duration: number): string {
  return `${Math.round(duration)} ms`;
}
