import type { RatioOf, ResultRow, ResultTable, Target } from "./results.ts";

interface Row {
  readonly target: Target | undefined;
  readonly figures: Map<string, number[]>;
}

/** Figures of one unit as they come in, by work and by subject. */
export class Collector {
  readonly #title: string;
  readonly #unit: string;
  readonly #rows = new Map<string, Row>();

  constructor(title: string, unit: string) {
    this.#title = title;
    this.#unit = unit;
  }

  add({ work, target, subject, figure }: Measured): void {
    let row = this.#rows.get(work);
    if (row === undefined) {
      row = { target, figures: new Map() };
      this.#rows.set(work, row);
    }
    const figures = row.figures.get(subject);
    if (figures === undefined) row.figures.set(subject, [figure]);
    else figures.push(figure);
  }

  toTable(subjects: readonly string[], ratios: readonly RatioOf[]): ResultTable {
    const rows = [...this.#rows].map(
      ([work, { target, figures }]): ResultRow => ({
        work,
        figures: Object.fromEntries(figures),
        ...(target === undefined ? {} : { target }),
      }),
    );
    return { title: this.#title, unit: this.#unit, subjects, ratios, rows };
  }
}

export interface Measured {
  readonly work: string;
  readonly target?: Target | undefined;
  readonly subject: string;
  readonly figure: number;
}
