/** What the demo prints, and what it has to be true for. */
export interface Report {
  say(text?: string): void;
  table(rows: readonly (readonly string[])[]): void;
  check(claim: string, holds: boolean): void;
  /** Prints the checks, and gives how many of them failed. */
  finish(): number;
}

export function createReport(print: (line: string) => void): Report {
  const checks: { readonly claim: string; readonly holds: boolean }[] = [];
  return {
    say: (text = "") => print(text),
    table(rows) {
      const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
      for (const row of rows) {
        print(`    ${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join("   ")}`.trimEnd());
      }
    },
    check: (claim, holds) => void checks.push({ claim, holds }),
    finish() {
      const failed = checks.filter(({ holds }) => !holds).length;
      print("");
      print("What had to hold");
      for (const { claim, holds } of checks) print(`  ${holds ? "ok  " : "FAIL"}  ${claim}`);
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
