import { describe, expect, it } from "vitest";
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { type EngineSettings, SETTINGS } from "./settings.ts";

const parse = (line: string): CommandLine => parseCommandLine(line.split(" ").filter((word) => word !== ""));

function settingsOf(line: string): EngineSettings {
  const command = parse(line);
  if (command.type !== "serve" && command.type !== "dev") throw new Error(JSON.stringify(command));
  return command.settings;
}

describe("help and version", () => {
  const rows: readonly (readonly [line: string, command: CommandLine])[] = [
    ["--help", { type: "help", topic: "perdure" }],
    ["-h", { type: "help", topic: "perdure" }],
    ["help", { type: "help", topic: "perdure" }],
    ["help serve", { type: "help", topic: "serve" }],
    ["dev --help", { type: "help", topic: "dev" }],
    ["serve -h --nonsense", { type: "help", topic: "serve" }],
    ["--version", { type: "version" }],
    ["serve --version", { type: "version" }],
    ["dev -v", { type: "version" }],
  ];

  it.each(rows)("perdure %s", (line, command) => {
    expect(parse(line)).toEqual(command);
  });
});

describe("the settings", () => {
  const fallbacks = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, { fallback }]) => [key, fallback]),
  );

  it("fall back when nothing is said", () => {
    expect(parse("serve")).toEqual({ type: "serve", settings: fallbacks });
    expect(parse("dev app.ts")).toEqual({ type: "dev", settings: fallbacks, app: "app.ts", watch: [] });
  });

  it("fall back to what their option itself would take", () => {
    for (const { flag, read, fallback, shownFallback } of Object.values(SETTINGS)) {
      if (shownFallback === undefined || shownFallback === "none") continue;
      expect(read(shownFallback), flag).toEqual({ value: fallback });
    }
  });

  const rows: readonly (readonly [options: string, changed: Partial<EngineSettings>])[] = [
    ["--ingress 0.0.0.0:80", { ingress: { hostname: "0.0.0.0", port: 80 } }],
    ["--admin=0", { admin: { hostname: "127.0.0.1", port: 0 } }],
    ["--data ./data --cluster-name here", { data: "./data", clusterName: "here" }],
    ["--identity-key key.pem", { identityKey: "key.pem" }],
    ["--inactivity-timeout 0 --abort-timeout 1h", { inactivityTimeoutMs: 0, abortTimeoutMs: 3_600_000 }],
    [
      "--retry-initial-interval 1s --retry-factor 1.5 --retry-max-interval 1h",
      { retryInitialIntervalMs: 1000, retryFactor: 1.5, retryMaxIntervalMs: 3_600_000 },
    ],
    [
      "--retry-max-attempts unlimited --retry-on-max-attempts kill",
      { retryMaxAttempts: undefined, retryOnMaxAttempts: "kill" },
    ],
    [
      "--journal-retention 0 --idempotency-retention 2d --workflow-retention 7d --sweep-interval 1m",
      {
        journalRetentionMs: 0,
        idempotencyRetentionMs: 172_800_000,
        workflowRetentionMs: 604_800_000,
        sweepIntervalMs: 60_000,
      },
    ],
    [
      "--max-journal-retention 1h --max-idempotency-retention 2h --max-workflow-retention 3h --max-retry-attempts 9",
      {
        journalRetentionMsMax: 3_600_000,
        idempotencyRetentionMsMax: 7_200_000,
        workflowRetentionMsMax: 10_800_000,
        retryAttemptsMax: 9,
      },
    ],
    [
      "--max-body 1MiB --max-message 2MiB --max-idle-attempts 3",
      { bodyBytesMax: 1_048_576, messageBytesMax: 2_097_152, idleAttemptsMax: 3 },
    ],
  ];

  it.each(rows)("%s", (options, changed) => {
    expect(settingsOf(`serve ${options}`)).toEqual({ ...fallbacks, ...changed });
    expect(settingsOf(`dev ${options} app.ts`)).toEqual({ ...fallbacks, ...changed });
  });
});

describe("what dev is told", () => {
  const rows: readonly (readonly [line: string, app: string, watch: readonly string[] | undefined])[] = [
    ["dev app.js", "app.js", []],
    ["dev --data d app.js", "app.js", []],
    ["dev app.js --watch ../lib --watch config", "app.js", ["../lib", "config"]],
    ["dev --no-watch app.js", "app.js", undefined],
    ["dev -- --odd.js", "--odd.js", []],
  ];

  it.each(rows)("perdure %s", (line, app, watch) => {
    expect(parse(line)).toMatchObject({ type: "dev", app, watch });
  });
});

describe("what is wrong", () => {
  const rows: readonly (readonly [line: string, ...problems: string[]])[] = [
    ["", "Say what to do: perdure dev FILE, or perdure serve."],
    ["start", 'There is no command "start". Write perdure dev FILE, or perdure serve.'],
    ["app.ts", 'There is no command "app.ts". Write perdure dev app.ts.'],
    [
      "--data d",
      "The command comes before its options: perdure dev FILE --data ..., or perdure serve --data ...",
    ],
    ["dev", "The file of the application is missing: perdure dev app.ts."],
    ["dev a.ts b.ts", 'One file at a time: "b.ts" is too much. Export all services from one file.'],
    ["dev a.ts --watch b --no-watch", "--watch and --no-watch exclude each other. Leave one of them out."],
    [
      "serve app.ts",
      'serve takes no file, so "app.ts" is too much. Write perdure dev app.ts to run a file, or register its endpoint at the admin address.',
    ],
    ["serve --ingres 8080", "There is no option --ingres. Did you mean --ingress?"],
    ["serve --color", "There is no option --color. perdure serve --help lists all."],
    ["serve -x", "There is no option -x. perdure serve --help lists all."],
    ["serve --no-watch", "There is no option --no-watch. perdure serve --help lists all."],
    ["serve --watch=src", "There is no option --watch. perdure serve --help lists all."],
    ["serve --data", "--data needs a value: --data DIR."],
    ["serve --data --admin 0", "--data needs a value: --data DIR."],
    ["dev a.ts --watch", "--watch needs a value: --watch PATH."],
    ["dev a.ts --no-watch=yes", "--no-watch takes no value."],
    ["serve --data a --data b", "--data is there twice. Leave one of them out."],
    [
      "serve --ingress 70000 --retry-max-attempts 0",
      '--ingress "70000": a port is a number from 0 (any free one) to 65535.',
      '--retry-max-attempts "0": it has to be a whole number from 1 to 1000000000, or unlimited.',
    ],
    ["serve --ingress 9070", "--ingress and --admin are the same address. Give each a port of its own."],
    [
      "serve --retry-initial-interval 2m",
      "--retry-initial-interval is longer than --retry-max-interval. Raise the one or lower the other.",
    ],
  ];

  it.each(rows)("perdure %s", (line, ...problems) => {
    expect(parse(line)).toMatchObject({ type: "wrong", problems });
  });

  it("is not that both faces take any free port", () => {
    expect(settingsOf("serve --ingress 0 --admin 0").ingress.port).toBe(0);
  });
});
