import type { InputRule } from "../registry/service-info.ts";
import { IngressError } from "./ingress-error.ts";

/**
 * Checks body and content type against what the handler declares. A JSON schema
 * makes an empty body wrong and is for people and tools otherwise: values are
 * checked by the handler.
 *
 * @throws IngressError
 */
export function checkInput(rule: InputRule, contentType: string | undefined, body: Uint8Array): void {
  const problem = findInputProblem(rule, contentType, body);
  if (problem !== undefined) throw new IngressError(400, `input validation error: ${problem}`);
}

function findInputProblem(
  { required, contentType: expected, jsonSchema }: InputRule,
  contentType: string | undefined,
  body: Uint8Array,
): string | undefined {
  const isNothing = body.length === 0 && contentType === undefined;
  if (expected === undefined) {
    if (required) return "Bad configuration of the input validation rules";
    if (isNothing) return undefined;
    const found = contentType === undefined ? "None" : `Some(${JSON.stringify(contentType)})`;
    return `Expected body and content-type to be empty, but wasn't with content-type '${found}'`;
  }
  if (isNothing && !required) return undefined;
  if (contentType === undefined) return "Empty content-type";
  if (!matches(contentType, expected)) return `Content-type '${contentType}' does not match '${expected}'`;
  return jsonSchema !== undefined && body.length === 0 ? "Empty body not allowed" : undefined;
}

/** Whether the type, its parameters aside, is the expected one or in the expected range. */
function matches(contentType: string, expected: string): boolean {
  const essence = (contentType.split(";", 1)[0] as string).trim();
  if (expected === "*/*") return true;
  if (expected.endsWith("/*")) return essence.startsWith(expected.slice(0, -1));
  return essence === expected;
}
