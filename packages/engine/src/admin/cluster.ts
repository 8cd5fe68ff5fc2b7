import { emptyResponse, jsonResponse } from "../http/message.ts";
import { notImplemented } from "./admin-error.ts";
import { ADMIN_API_VERSION_MAX, ADMIN_API_VERSION_MIN, type Route } from "./router.ts";

/** What is asked of the engine as a whole, and what it does not have. */

/**
 * The server version that clients are told: they decide by it what they may ask
 * for. It is the one whose behaviour the faces follow.
 */
export const COMPATIBLE_VERSION = "1.7.12";

/** Features that clients may ask about. None of them is part of the engine. */
const FEATURES = [
  "invoker_yield",
  "kafka_scope",
  "preflight_invocation_termination_retention",
  "protocol_v7",
  "scoped_promise_table_migration",
  "scoped_state_table_migration",
  "scoped_virtual_objects",
  "unique_random_seeds",
  "vqueue_obsolete_cleanup",
  "vqueues",
  "vqueues_async_refill",
  "vqueues_migration_skip_completed",
] as const;

export function clusterRoutes({
  clusterName,
  ingressUrl,
}: {
  readonly clusterName: string;
  readonly ingressUrl: string;
}): readonly Route[] {
  return [
    {
      pattern: "/version",
      methods: {
        GET: () =>
          jsonResponse(200, {
            version: COMPATIBLE_VERSION,
            min_admin_api_version: ADMIN_API_VERSION_MIN,
            max_admin_api_version: ADMIN_API_VERSION_MAX,
            ingress_endpoint: ingressUrl,
            features: Object.fromEntries(FEATURES.map((name) => [name, false])),
          }),
      },
    },
    { pattern: "/health", methods: { GET: () => emptyResponse(200) } },
    {
      pattern: "/cluster-health",
      methods: {
        GET: () =>
          jsonResponse(200, { cluster_name: clusterName, metadata_cluster_health: { members: [1] } }),
      },
    },
    ...MISSING.map(
      ({ pattern, methods, what }): Route => ({
        pattern,
        methods: Object.fromEntries(
          methods.map((method) => [
            method,
            () => {
              throw notImplemented(what);
            },
          ]),
        ),
      }),
    ),
  ];
}

const MISSING: readonly {
  readonly pattern: string;
  readonly methods: readonly string[];
  readonly what: string;
}[] = [
  { pattern: "/query", methods: ["POST"], what: "SQL" },
  { pattern: "/subscriptions", methods: ["POST", "GET"], what: "Subscribing to Kafka" },
  { pattern: "/subscriptions/{subscription}", methods: ["GET", "DELETE"], what: "Subscribing to Kafka" },
  { pattern: "/kafka-clusters", methods: ["POST", "GET"], what: "Reading from Kafka" },
  { pattern: "/kafka-clusters/{cluster}", methods: ["GET", "PATCH", "DELETE"], what: "Reading from Kafka" },
  { pattern: "/limits/rules", methods: ["PUT"], what: "Flow control" },
  { pattern: "/limits/rules/bulk-delete", methods: ["POST"], what: "Flow control" },
  { pattern: "/vqueues/{vqueue}/pause", methods: ["POST"], what: "Flow control" },
  { pattern: "/vqueues/{vqueue}/resume", methods: ["POST"], what: "Flow control" },
];
