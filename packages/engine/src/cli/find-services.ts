import type { AnyDefinition } from "@perdure/sdk";
import { isDefinitionValue } from "@perdure/sdk/internal";

/**
 * The services among the exports of a module: each definition that is exported by
 * a name or as the default, and those in exported arrays and in a default object
 * (what `module.exports` of a CommonJS module becomes). Nothing else is looked into.
 */
export function findServices(exports: Readonly<Record<string, unknown>>): AnyDefinition[] {
  const found = new Set<AnyDefinition>();
  const take = (value: unknown): void => {
    if (isDefinition(value)) found.add(value);
    else if (Array.isArray(value)) for (const item of value) if (isDefinition(item)) found.add(item);
  };
  for (const value of Object.values(exports)) take(value);
  const whole = exports.default;
  if (isPlainObject(whole) && !isDefinition(whole)) for (const value of Object.values(whole)) take(value);
  return [...found];
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDefinition(value: unknown): value is AnyDefinition {
  return isDefinitionValue(value as AnyDefinition);
}
