import { findHandlerNameProblem, PROTOCOL_VERSION_MAX, PROTOCOL_VERSION_MIN } from "@perdure/sdk/internal";
import { EngineError } from "../engine-api.ts";
import type { DiscoveredManifest, ReadableManifestVersion } from "./manifest.ts";
import {
  ENDPOINT_FIELDS,
  type FieldRules,
  HANDLER_FIELDS,
  INPUT_FIELDS,
  isRecord,
  OUTPUT_FIELDS,
  SERVICE_FIELDS,
} from "./manifest-fields.ts";

/**
 * From what an endpoint answered to a manifest that the rest of the engine can
 * rely on. Throws an {@link EngineError} that names the place.
 *
 * 1. Nothing is guessed: a field that this version of the manifest does not have
 *    is refused, as an endpoint that sets it expects it to have an effect.
 * 2. A field that is null counts as absent.
 */
export function parseManifest(json: string, version: ReadableManifestVersion): DiscoveredManifest {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw bad("the answer is no JSON", cause);
  }
  const manifest = checkFields("the manifest", value, { rules: ENDPOINT_FIELDS, version });
  const services = (manifest.services as unknown[]).map((service, index) =>
    parseService(`services[${index}]`, service, version),
  );
  refuseDuplicates("service", services);
  const parsed = { ...manifest, services } as unknown as DiscoveredManifest;
  checkVersions(parsed);
  return parsed;
}

type Fields = Record<string, unknown>;

function parseService(where: string, value: unknown, version: ReadableManifestVersion): Fields {
  const service = checkFields(where, value, { rules: SERVICE_FIELDS, version });
  const name = service.name as string;
  checkServiceName(name);
  const handlers = (service.handlers as unknown[]).map((handler, index) =>
    parseHandler(`${where}.handlers[${index}]`, handler, { version, serviceType: service.ty as string }),
  );
  refuseDuplicates(`handler of ${JSON.stringify(name)}`, handlers);
  return { ...service, handlers };
}

const HANDLER_TYPES: Readonly<Record<string, readonly unknown[]>> = {
  SERVICE: [undefined, "SHARED"],
  VIRTUAL_OBJECT: [undefined, "EXCLUSIVE", "SHARED"],
  WORKFLOW: [undefined, "WORKFLOW", "SHARED"],
};

function parseHandler(
  where: string,
  value: unknown,
  context: { readonly version: ReadableManifestVersion; readonly serviceType: string },
): Fields {
  const { version, serviceType } = context;
  const handler = checkFields(where, value, { rules: HANDLER_FIELDS, version });
  const problem = findHandlerNameProblem(handler.name as string);
  if (problem !== undefined) throw bad(`${where}: handler ${JSON.stringify(handler.name)}: ${problem}`);
  if (!HANDLER_TYPES[serviceType]?.includes(handler.ty)) {
    throw bad(`${where}: a handler of a ${serviceType} can't be ${String(handler.ty)}`);
  }
  const isRun = serviceType === "WORKFLOW" && handler.ty !== "SHARED";
  if (isRun && handler.idempotencyRetention !== undefined) {
    throw bad(`${where}: idempotencyRetention can't be set on the run handler of a workflow`);
  }
  if (!isRun && handler.workflowCompletionRetention !== undefined) {
    throw bad(`${where}: workflowCompletionRetention can only be set on the run handler of a workflow`);
  }
  const { input, output } = handler;
  if (input !== undefined) {
    handler.input = checkFields(`${where}.input`, input, { rules: INPUT_FIELDS, version });
  }
  if (output !== undefined) {
    handler.output = checkFields(`${where}.output`, output, { rules: OUTPUT_FIELDS, version });
  }
  return handler;
}

function checkFields(
  where: string,
  value: unknown,
  { rules, version }: { readonly rules: FieldRules; readonly version: ReadableManifestVersion },
): Fields {
  if (!isRecord(value)) throw bad(`${where} must be an object`);
  const checked: Fields = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === null && name !== "jsonSchema") continue;
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined || rule.since > version) {
      throw bad(`${where}: manifest version ${version} has no field ${JSON.stringify(name)}`);
    }
    const expected = rule.problem(field);
    if (expected !== undefined) throw bad(`${where}: ${name} must be ${expected}, not ${show(field)}`);
    checked[name] = field;
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (rule.required === true && checked[name] === undefined) throw bad(`${where}: ${name} is missing`);
  }
  return checked;
}

const SERVICE_NAME = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/;

function checkServiceName(name: string): void {
  if (!SERVICE_NAME.test(name)) {
    throw bad(
      `the service name ${show(name)} must start with a letter (or with _ and a letter or digit), followed by letters, digits, ".", "_" or "-"`,
    );
  }
  const lower = name.toLowerCase();
  if (lower.startsWith("restate") || lower === "openapi") {
    throw new EngineError(
      `The service name ${show(name)} is reserved: names that start with "restate", and "openapi", belong to the engine. Rename the service.`,
      { status: 400, restateCode: "META0005" },
    );
  }
}

function checkVersions({ minProtocolVersion: min, maxProtocolVersion: max }: DiscoveredManifest): void {
  if (min <= max && min <= PROTOCOL_VERSION_MAX && max >= PROTOCOL_VERSION_MIN) return;
  throw new EngineError(
    `The endpoint speaks versions ${min} to ${max} of the service protocol, the engine ${PROTOCOL_VERSION_MIN} to ${PROTOCOL_VERSION_MAX}. Use an SDK that has one of them.`,
    { status: 500, restateCode: "META0012" },
  );
}

function refuseDuplicates(what: string, named: readonly Fields[]): void {
  const seen = new Set<unknown>();
  for (const { name } of named) {
    if (seen.has(name)) throw bad(`there are two of the ${what} ${show(name)}`);
    seen.add(name);
  }
}

const SHOWN_CHARS_MAX = 80;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}...` : text;
}

function bad(what: string, cause?: unknown): EngineError {
  return new EngineError(`The endpoint's discovery response is not valid: ${what}.`, {
    status: 500,
    restateCode: "META0013",
    cause,
  });
}
