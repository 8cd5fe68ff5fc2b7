import { parseArgs } from "node:util";
import { type EngineSettings, SETTINGS } from "./settings.ts";

/**
 * From the arguments of the command to what is to be done. Pure: everything that
 * is wrong is said at once, each as one line with what to do about it.
 */

export type Topic = "perdure" | "dev" | "serve";

export type CommandLine =
  | { readonly type: "help"; readonly topic: Topic }
  | { readonly type: "version" }
  | { readonly type: "wrong"; readonly topic: Topic; readonly problems: readonly string[] }
  | { readonly type: "serve"; readonly settings: EngineSettings }
  | {
      readonly type: "dev";
      readonly settings: EngineSettings;
      /** The file of the application, as it was written. */
      readonly app: string;
      /** What is watched beside the folder of the application; `undefined`: nothing is watched at all. */
      readonly watch: readonly string[] | undefined;
    };

/** The options that are not the engine's. `dev` alone knows `watch` and `no-watch`. */
const FLAGS: readonly string[] = ["help", "version", "no-watch"];
const WATCH = "watch";

export function parseCommandLine(argv: readonly string[]): CommandLine {
  const [first, ...rest] = argv;
  switch (first) {
    case "dev":
    case "serve":
      return parseCommand(first, rest);
    case "help": {
      const [topic] = rest;
      return { type: "help", topic: topic === "dev" || topic === "serve" ? topic : "perdure" };
    }
    case "--help":
    case "-h":
      return { type: "help", topic: "perdure" };
    case "--version":
    case "-v":
      return { type: "version" };
    case undefined:
      return wrong("perdure", ["Say what to do: perdure dev FILE, or perdure serve."]);
    default:
      return wrong("perdure", [toUnknownCommand(first)]);
  }
}

function toUnknownCommand(text: string): string {
  if (text.startsWith("-")) {
    return `The command comes before its options: perdure dev FILE ${text} ..., or perdure serve ${text} ...`;
  }
  const meant = /\.[cm]?[jt]sx?$/.test(text) ? `perdure dev ${text}` : "perdure dev FILE, or perdure serve";
  return `There is no command ${JSON.stringify(text)}. Write ${meant}.`;
}

interface Scan {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  readonly problems: string[];
}

function parseCommand(topic: "dev" | "serve", args: readonly string[]): CommandLine {
  const scan = scanOptions(topic, args);
  if (scan.flags.has("help")) return { type: "help", topic };
  if (scan.flags.has("version")) return { type: "version" };
  const { problems, positionals } = scan;
  // What follows an unknown option may be its value, so it is not judged.
  const strays = problems.length > 0 ? [] : positionals.slice(topic === "dev" ? 1 : 0);
  const settings = readSettings(scan);
  if (topic === "serve") {
    if (strays[0] !== undefined) problems.push(toStrayArgument(strays[0]));
    return problems.length > 0 ? wrong(topic, problems) : { type: "serve", settings };
  }
  const [app] = positionals;
  const watch = scan.flags.has("no-watch") ? undefined : (scan.values.get(WATCH) ?? []);
  if (watch === undefined && scan.values.has(WATCH)) {
    problems.push("--watch and --no-watch exclude each other. Leave one of them out.");
  }
  if (app === undefined) problems.push("The file of the application is missing: perdure dev app.ts.");
  if (strays[0] !== undefined) {
    problems.push(
      `One file at a time: ${JSON.stringify(strays[0])} is too much. Export all services from one file.`,
    );
  }
  return problems.length > 0 || app === undefined
    ? wrong(topic, problems)
    : { type: "dev", settings, app, watch };
}

function toStrayArgument(text: string): string {
  return `serve takes no file, so ${JSON.stringify(text)} is too much. Write perdure dev ${text} to run a file, or register its endpoint at the admin address.`;
}

/** Sorts the arguments by option, and reports those that are none. */
function scanOptions(topic: "dev" | "serve", args: readonly string[]): Scan {
  const withValue = new Set(Object.values(SETTINGS).map(({ flag }) => flag));
  if (topic === "dev") withValue.add(WATCH);
  const withoutValue = new Set(FLAGS.filter((flag) => topic === "dev" || flag !== "no-watch"));
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  const problems: string[] = [];
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries([
      ...[...withValue].map((flag) => [flag, { type: "string" }] as const),
      ["help", { type: "boolean", short: "h" }] as const,
      ["version", { type: "boolean", short: "v" }] as const,
    ]),
  });
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (withoutValue.has(name)) {
      flags.add(name);
      if (value !== undefined) problems.push(`--${name} takes no value.`);
    } else if (!withValue.has(name)) {
      problems.push(toUnknownOption(topic, rawName, [...withValue, ...withoutValue]));
    } else if (value === undefined || (inlineValue === false && value.startsWith("--"))) {
      problems.push(`--${name} needs a value: --${name} ${placeholderOf(name)}.`);
    } else if (name !== WATCH && values.has(name)) {
      problems.push(`--${name} is there twice. Leave one of them out.`);
    } else {
      values.set(name, [...(values.get(name) ?? []), value]);
    }
  }
  return { flags, values, positionals, problems };
}

function placeholderOf(flag: string): string {
  return Object.values(SETTINGS).find((setting) => setting.flag === flag)?.placeholder ?? "PATH";
}

/** How many letters may differ for an option to be taken for another one's misspelling. */
const SLIPS_MAX = 2;

function toUnknownOption(topic: Topic, rawName: string, known: readonly string[]): string {
  const name = rawName.replace(/^-+/, "");
  const distances = known.map((flag) => [flag, countSlips(name, flag)] as const);
  const [nearest] = distances.sort(([, a], [, b]) => a - b);
  const advice =
    nearest !== undefined && nearest[1] <= SLIPS_MAX
      ? `Did you mean --${nearest[0]}?`
      : `perdure ${topic} --help lists all.`;
  return `There is no option ${rawName}. ${advice}`;
}

/** How many letters have to be put in, left out or exchanged to make one word the other. */
function countSlips(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function readSettings({ values, problems }: Scan): EngineSettings {
  const entries = Object.entries(SETTINGS).map(([key, { flag, read, fallback }]) => {
    const text = values.get(flag)?.[0];
    if (text === undefined) return [key, fallback];
    const result = read(text);
    if (result.problem !== undefined) {
      problems.push(`--${flag} ${JSON.stringify(text)}: ${result.problem}.`);
      return [key, fallback];
    }
    return [key, result.value];
  });
  const settings = Object.fromEntries(entries) as EngineSettings;
  if (problems.length === 0) problems.push(...findConflicts(settings));
  return settings;
}

/** What is wrong although each option alone is right. */
function findConflicts(settings: EngineSettings): string[] {
  const { ingress, admin, retryInitialIntervalMs, retryMaxIntervalMs } = settings;
  const problems: string[] = [];
  if (ingress.port !== 0 && ingress.port === admin.port && ingress.hostname === admin.hostname) {
    problems.push("--ingress and --admin are the same address. Give each a port of its own.");
  }
  if (retryInitialIntervalMs > retryMaxIntervalMs) {
    problems.push(
      "--retry-initial-interval is longer than --retry-max-interval. Raise the one or lower the other.",
    );
  }
  return problems;
}

function wrong(topic: Topic, problems: readonly string[]): CommandLine {
  return { type: "wrong", topic, problems };
}
