import type { Topic } from "./command-line.ts";
import { SETTINGS } from "./settings.ts";

const LINE_WIDTH = 98;
const TEXT_COLUMN = 40;

const OVERVIEW = `perdure: durable execution, in one process

  perdure dev FILE     runs the services of a file (.ts or .js), again after every change
  perdure serve        runs the engine alone; endpoints are registered at its admin address

  perdure dev --help, perdure serve --help    all options
  perdure --version`;

const DEV = `perdure dev FILE [options]

Runs the services of a file with an engine beside them, and runs the file again when
something in its folder changes. Work in progress goes on with the new code.

The file exports its services (each by its own name, as an array, or as its default), or
serves them itself, at the port in the environment variable PORT, as serve() does when it
is given no port. TypeScript needs tsx in the project, or a Node that reads it.

  perdure dev app.ts
  perdure dev app.ts --data .perdure --ingress 8081`;

const SERVE = `perdure serve [options]

Runs the engine alone. It drives endpoints, of this SDK or of any other that speaks the
protocol, once they are registered:

  perdure serve --data /var/lib/perdure
  curl 127.0.0.1:9070/deployments --json '{"uri": "http://127.0.0.1:9080"}'`;

const WATCH_LINES: readonly string[] = [
  "Watching",
  ...toLines(
    "--watch PATH",
    "A file or folder that is watched too. May be given again. (the folder of FILE)",
  ),
  ...toLines("--no-watch", "Run the file once. When it ends or fails, this command does."),
];

const FOOT = `Durations: 30s, 10m, 1h 30m, 7d, or ISO 8601 (PT10M). Sizes: 1048576, 512KiB, 32MiB.
What services and handlers say themselves comes before the defaults given here.
SIGINT or SIGTERM ends it in order, a second one at once.`;

/** What `--help` prints. */
export function toHelp(topic: Topic): string {
  switch (topic) {
    case "perdure":
      return OVERVIEW;
    case "serve":
      return [SERVE, ...optionLines(), FOOT].join("\n\n");
    case "dev":
      return [DEV, ...optionLines(), WATCH_LINES.join("\n"), FOOT].join("\n\n");
  }
}

/** One text for each group. */
function optionLines(): string[] {
  const groups = new Map<string, string[]>();
  for (const { flag, placeholder, group, text, shownFallback } of Object.values(SETTINGS)) {
    const lines = groups.get(group) ?? [group];
    const fallback = shownFallback === undefined ? "" : ` (${shownFallback})`;
    lines.push(...toLines(`--${flag} ${placeholder}`, text + fallback));
    groups.set(group, lines);
  }
  return [...groups.values()].map((lines) => lines.join("\n"));
}

function toLines(head: string, text: string): string[] {
  const rows = [""];
  for (const word of text.split(" ")) {
    const row = rows.at(-1) ?? "";
    if (row !== "" && TEXT_COLUMN + row.length + 1 + word.length > LINE_WIDTH) rows.push(word);
    else rows[rows.length - 1] = row === "" ? word : `${row} ${word}`;
  }
  return rows.map((row, index) => (index === 0 ? `  ${head} ` : "").padEnd(TEXT_COLUMN) + row);
}
