import { type Context, handlers, type Serde, service } from "@perdure/sdk";

/** A serde of your own: two functions and a media type. Here rows of numbers travel as CSV. */

export const csv: Serde<number[][]> = {
  contentType: "text/csv",
  serialize: (rows) => new TextEncoder().encode(rows.map((row) => row.join(",")).join("\n")),
  deserialize: (bytes) => {
    const lines = new TextDecoder().decode(bytes).split("\n");
    return lines.filter((line) => line !== "").map((line) => line.split(",").map(Number));
  },
};

export const tables = service({
  name: "Tables",
  handlers: {
    /** `curl -H 'content-type: text/csv' --data-binary $'1,2\n3,4' .../Tables/transpose` */
    transpose: handlers.handler({ input: csv, output: csv }, async (_ctx, rows) =>
      (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? Number.NaN)),
    ),
  },
});

export const reports = service({
  name: "Reports",
  handlers: {
    // The serdes stand in the definition, so callers need not repeat them.
    firstColumn: async (ctx: Context, rows: number[][]) => {
      const columns = await ctx.serviceClient(tables).transpose(rows);
      return columns[0] ?? [];
    },
  },
});
