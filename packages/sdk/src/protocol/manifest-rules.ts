import type { Manifest, ManifestHandler, ManifestOptions, ManifestService } from "./manifest-types.ts";
import type { ManifestVersion } from "./versions.ts";

/**
 * What the server accepts in a manifest, checked before it is asked, so that a
 * mistake is reported with its place. Protocol section 1.2.
 */

export interface ManifestProblem {
  /** A service, or a handler as `service/handler`. */
  readonly where: string;
  readonly what: string;
  readonly hint: string;
}

type Field = keyof ManifestOptions | "workflowCompletionRetention";

type FieldKind = "any" | "millis" | "attempts" | "factor";

interface FieldRule {
  readonly since: ManifestVersion;
  readonly kind: FieldKind;
}

const FIELD_RULES: Readonly<Record<Field, FieldRule>> = {
  documentation: { since: 2, kind: "any" },
  metadata: { since: 2, kind: "any" },
  inactivityTimeout: { since: 3, kind: "millis" },
  abortTimeout: { since: 3, kind: "millis" },
  journalRetention: { since: 3, kind: "millis" },
  idempotencyRetention: { since: 3, kind: "millis" },
  workflowCompletionRetention: { since: 3, kind: "millis" },
  enableLazyState: { since: 3, kind: "any" },
  ingressPrivate: { since: 3, kind: "any" },
  retryPolicyInitialInterval: { since: 4, kind: "millis" },
  retryPolicyMaxInterval: { since: 4, kind: "millis" },
  retryPolicyMaxAttempts: { since: 4, kind: "attempts" },
  retryPolicyExponentiationFactor: { since: 4, kind: "factor" },
  retryPolicyOnMaxAttempts: { since: 4, kind: "any" },
};

const FIELDS = Object.keys(FIELD_RULES) as Field[];

const SERVICE_NAME = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/;
const HANDLER_NAME = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9_]*$/;

/** What the server wouldn't accept about a service's name; `undefined` if it would. */
export function findServiceNameProblem(name: string): string | undefined {
  if (name.startsWith("restate") || name === "openapi") {
    return `the name is reserved: no service may be called "openapi" or start with "restate"`;
  }
  if (SERVICE_NAME.test(name)) return undefined;
  return "the name has to start with a letter (or an underscore and a letter or digit), followed by letters, digits, '.', '_' or '-'";
}

/** What the server wouldn't accept about a handler's name; `undefined` if it would. */
export function findHandlerNameProblem(name: string): string | undefined {
  if (HANDLER_NAME.test(name)) return undefined;
  return "the name has to start with a letter (or an underscore and a letter or digit), followed by letters, digits or '_'";
}

/** The first thing that keeps the manifest from being sent in this version. */
export function findManifestProblem(
  manifest: Manifest,
  version: ManifestVersion,
): ManifestProblem | undefined {
  for (const service of manifest.services) {
    const problem = findServiceProblem(service, version);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findServiceProblem(service: ManifestService, version: ManifestVersion): ManifestProblem | undefined {
  const where = `Service ${JSON.stringify(service.name)}`;
  const what = findServiceNameProblem(service.name);
  if (what !== undefined) return { where, what, hint: "Rename the service." };
  const problem = findFieldProblem(where, service, version);
  if (problem !== undefined) return problem;
  for (const handler of service.handlers) {
    const handlerProblem = findHandlerProblem(service, handler, version);
    if (handlerProblem !== undefined) return handlerProblem;
  }
  return undefined;
}

function findHandlerProblem(
  service: ManifestService,
  handler: ManifestHandler,
  version: ManifestVersion,
): ManifestProblem | undefined {
  const where = `Handler ${JSON.stringify(`${service.name}/${handler.name}`)}`;
  const what = findHandlerNameProblem(handler.name);
  if (what !== undefined) return { where, what, hint: "Rename the handler." };
  if (handler.ty === "WORKFLOW" && handler.idempotencyRetention !== undefined) {
    return {
      where,
      what: "idempotencyRetention can't be set on the run handler of a workflow",
      hint: "Set workflowRetention on the workflow instead.",
    };
  }
  if (handler.ty !== "WORKFLOW" && handler.workflowCompletionRetention !== undefined) {
    return {
      where,
      what: "workflowCompletionRetention can only be set on the run handler of a workflow",
      hint: "Set idempotencyRetention instead.",
    };
  }
  return findFieldProblem(where, handler, version);
}

function findFieldProblem(
  where: string,
  options: ManifestOptions & { readonly workflowCompletionRetention?: number | undefined },
  version: ManifestVersion,
): ManifestProblem | undefined {
  for (const field of FIELDS) {
    const value = options[field];
    if (value === undefined) continue;
    const { since, kind } = FIELD_RULES[field];
    if (since > version) {
      return {
        where,
        what: `${field} needs discovery version ${since}, the server asked for ${version}`,
        hint: `Upgrade the server, or remove the option.`,
      };
    }
    const what = typeof value === "number" ? findNumberProblem(kind, value) : undefined;
    if (what !== undefined) {
      return { where, what: `${field} ${what}, got ${value}`, hint: "Correct the option." };
    }
  }
  return undefined;
}

function findNumberProblem(kind: FieldKind, value: number): string | undefined {
  switch (kind) {
    case "any":
      return undefined;
    case "millis":
      return Number.isSafeInteger(value) && value >= 0
        ? undefined
        : "has to be a whole number of milliseconds from 0 on";
    case "attempts":
      return Number.isSafeInteger(value) && value >= 0 ? undefined : "has to be a whole number from 0 on";
    case "factor":
      return Number.isFinite(value) && value > 0 ? undefined : "has to be a number above 0";
  }
}
