/**
 * The names that a server accepts, so that a bad one is an error where it was
 * written and not at registration.
 */

const SERVICE_NAME = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/;
const HANDLER_NAME = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9_]*$/;

/** Throws a `TypeError` that says what is wrong with the name. */
export function checkServiceName(name: string): void {
  if (name.includes("/")) {
    throw new TypeError(
      `The service name "${name}" has a "/", which separates the parts of a path; remove it`,
    );
  }
  if (!SERVICE_NAME.test(name)) {
    throw new TypeError(
      `The service name "${name}" is not valid: it starts with a letter, or with _ and a letter or digit, and goes on with letters, digits, ".", "_" or "-"`,
    );
  }
  const lower = name.toLowerCase();
  if (lower.startsWith("restate") || lower === "openapi") {
    throw new TypeError(
      `The service name "${name}" is reserved: names that start with "restate", and "openapi", belong to the server; choose another`,
    );
  }
}

/** Throws a `TypeError` that says what is wrong with the name. */
export function checkHandlerName(service: string, name: string): void {
  if (HANDLER_NAME.test(name)) return;
  throw new TypeError(
    `The handler name "${name}" of "${service}" is not valid: it starts with a letter, or with _ and a letter or digit, and goes on with letters, digits or "_"`,
  );
}
