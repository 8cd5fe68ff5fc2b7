import {
  type AnyDefinition,
  implement,
  type ServiceDefinition,
  TerminalError,
  type VirtualObjectDefinition,
  type WorkflowDefinition,
} from "@perdure/sdk";
import { isDefinitionValue } from "@perdure/sdk/internal";
import { TestEngineError } from "./test-engine-error.ts";

/**
 * Another implementation of a definition, for `replace`: same name, same kind, same
 * serdes. Handlers that are left out fail with a `TerminalError` that says so.
 *
 * @example
 * const engine = await createTestEngine({
 *   services: [checkout, payments],
 *   replace: [replacement(payments, { charge: async () => ({ id: "receipt-1" }) })],
 * });
 */
export function replacement<P extends string, M>(
  definition: ServiceDefinition<P, M>,
  handlers: Partial<M>,
): ServiceDefinition<P, M>;
export function replacement<P extends string, M>(
  definition: VirtualObjectDefinition<P, M>,
  handlers: Partial<M>,
): VirtualObjectDefinition<P, M>;
export function replacement<P extends string, M>(
  definition: WorkflowDefinition<P, M>,
  handlers: Partial<M>,
): WorkflowDefinition<P, M>;
export function replacement(definition: AnyDefinition, handlers: object): AnyDefinition {
  if (!isDefinitionValue(definition)) {
    throw new TestEngineError(
      "misused",
      `replacement: ${definition.name} is only a name, so its handlers are not known.`,
      "Pass its definition. Of a contract, pass what implement() gives to `replace`.",
    );
  }
  const { _kind, _handlers, name, options } = definition;
  const stranger = Object.keys(handlers).find((handler) => !Object.hasOwn(_handlers, handler));
  if (stranger !== undefined) {
    throw new TestEngineError(
      "misused",
      `replacement: ${_kind} ${name} has no handler ${stranger}.`,
      `It has ${Object.keys(_handlers).join(", ")}.`,
    );
  }
  const missing = Object.keys(_handlers).map((handler) => [handler, refuse(name, handler)] as const);
  const config = { handlers: { ...Object.fromEntries(missing), ...handlers }, options };
  return implement({ name, _kind, _handlers } as never, config as never);
}

function refuse(service: string, handler: string): () => Promise<never> {
  return async () => {
    throw new TerminalError(
      `${service}/${handler} was called, but the replacement of ${service} has no handler ${handler}: give it one.`,
    );
  };
}

/**
 * The services, those of the same name replaced. What replaces nothing is added:
 * it stands for a service that runs elsewhere.
 */
export function withReplacements(
  services: readonly AnyDefinition[],
  replace: readonly AnyDefinition[],
): readonly AnyDefinition[] {
  const byName = new Map<string, AnyDefinition>();
  for (const definition of replace) {
    if (byName.has(definition.name)) {
      throw new TestEngineError(
        "misused",
        `replace: ${definition.name} is replaced twice.`,
        "Leave one of the replacements out.",
      );
    }
    byName.set(definition.name, definition);
  }
  for (const original of services) {
    const other = byName.get(original?.name);
    if (other !== undefined) requireSameContract(original, other);
  }
  const originals = services.filter((original) => !byName.has(original?.name));
  return [...originals, ...replace];
}

function requireSameContract(original: AnyDefinition, other: AnyDefinition): void {
  if (!isDefinitionValue(original) || !isDefinitionValue(other)) return;
  if (original._kind !== other._kind) {
    throw new TestEngineError(
      "misused",
      `replace: ${original.name} is a ${original._kind}, but its replacement is a ${other._kind}.`,
      "Use the same kind.",
    );
  }
  const missing = Object.keys(original._handlers).filter((name) => !Object.hasOwn(other._handlers, name));
  if (missing.length === 0) return;
  throw new TestEngineError(
    "misused",
    `replace: the replacement of ${original.name} lacks ${missing.join(", ")}.`,
    "Give it these handlers, or make it with replacement(), which fills them in.",
  );
}
