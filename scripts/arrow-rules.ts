/** The rooms of each package and who may know whom (ARCHITECTURE.md). `arrows.ts` applies them. */
import { ENTRIES, NODE_ENTRIES } from "./entries.ts";

export interface ArrowRules {
  /** The package, as it is imported. */
  readonly name: string;
  /** Its sources, seen from the root. */
  readonly folder: string;
  readonly entryFiles: ReadonlySet<string>;
  /** The entries that import files for Node. */
  readonly nodeEntryFiles: ReadonlySet<string>;
  /** For every room, what it may import: other rooms, or single files of theirs. Its own files always. */
  readonly allowed: Readonly<Record<string, readonly string[]>>;
  /** Whether a file may use Node's modules, and import files that may. */
  isNodeFile(file: string): boolean;
  /** Where Node's modules belong, for the message. */
  readonly nodePlaces: string;
}

const LEAVES = ["definition", "serde", "errors", "transient"];
const NODE_ENDPOINT = /^endpoint\/(node|lambda)[^/]*(\/|\.ts$)/;

export const SDK_RULES: ArrowRules = {
  name: "@perdure/sdk",
  folder: "packages/sdk/src",
  entryFiles: new Set(ENTRIES.map((entry) => `${entry}.ts`)),
  nodeEntryFiles: new Set([...NODE_ENTRIES].map((entry) => `${entry}.ts`)),
  allowed: {
    definition: LEAVES,
    serde: LEAVES,
    errors: LEAVES,
    transient: [],
    clients: LEAVES,
    protocol: LEAVES,
    journal: [...LEAVES, "protocol"],
    context: [...LEAVES, "protocol", "journal"],
    invocation: [...LEAVES, "protocol", "journal", "context"],
    endpoint: [...LEAVES, "protocol", "journal", "context", "invocation"],
    author: [...LEAVES, "protocol", "journal", "context", "invocation", "endpoint"],
  },
  isNodeFile: (file) => NODE_ENDPOINT.test(file) || file === "lambda.ts",
  nodePlaces: "endpoint/node* and endpoint/lambda*",
};

/** What the engine's rooms know of each other as plain types. */
const CONTRACTS = ["engine-api", "registry/service-info.ts", "store/store.ts"];
const PURE = /^(state-machine\/|engine-api\.ts$|registry\/service-info\.ts$|store\/store\.ts$)/;
const ENGINE_ENTRY_FILES = new Set(["index.ts", "internal.ts", "cli.ts", "dev-app.ts"]);

export const ENGINE_RULES: ArrowRules = {
  name: "@perdure/engine",
  folder: "packages/engine/src",
  entryFiles: ENGINE_ENTRY_FILES,
  nodeEntryFiles: ENGINE_ENTRY_FILES,
  allowed: {
    "engine-api": ["registry/service-info.ts", "state-machine/records.ts"],
    "state-machine": CONTRACTS,
    store: [],
    clock: [],
    http: [],
    registry: [...CONTRACTS, "invoker/request-signer.ts"],
    invoker: ["engine-api", "registry/service-info.ts", "state-machine/records.ts", "clock"],
    ingress: [...CONTRACTS, "http"],
    admin: [...CONTRACTS, "http"],
    xxh3: ["state-machine/ids.ts"],
    engine: [...CONTRACTS, "state-machine", "store", "registry", "invoker", "clock"],
    "in-process-fetch": ["engine-api", "http", "ingress"],
    "in-process-exchange": ["engine-api", "http", "ingress", "in-process-fetch"],
    "create-engine": [
      ...CONTRACTS,
      ...[
        "engine",
        "in-process-fetch",
        "in-process-exchange",
        "xxh3",
        "clock",
        "store",
        "registry",
        "invoker",
      ],
      ...["http", "ingress", "admin"],
    ],
    cli: [...CONTRACTS, "create-engine", "clock", "store", "registry", "invoker", "http", "ingress"],
  },
  isNodeFile: (file) => !PURE.test(file),
  nodePlaces: "the rooms around the state machine, which is pure",
};

const TESTING_ENTRY_FILES = new Set(["index.ts"]);

/** The SDK and the engine do not depend on the testing kit, so their rules forbid importing it. */
export const TESTING_RULES: ArrowRules = {
  name: "@perdure/testing",
  folder: "packages/testing/src",
  entryFiles: TESTING_ENTRY_FILES,
  nodeEntryFiles: TESTING_ENTRY_FILES,
  allowed: {
    real: [],
    journal: [],
    misuse: [],
    replay: ["journal", "misuse"],
    engine: ["journal", "misuse"],
    explore: ["journal", "misuse", "replay", "engine"],
    server: ["journal", "misuse", "engine", "real"],
    "create-test-engine": ["engine", "server"],
  },
  isNodeFile: () => true,
  nodePlaces: "any file",
};
