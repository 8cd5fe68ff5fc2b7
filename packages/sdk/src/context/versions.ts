import type { ContextCore } from "./core.ts";
import { misuse, UNSUPPORTED_FEATURE_CODE } from "./validation.ts";

/** The first version with scopes and limit keys. */
const SCOPE_VERSION_MIN = 7;

/** Refuses scopes and limit keys where the engine would not understand them. */
export function requireVersion(core: ContextCore, feature: string): void {
  const { version } = core.journal;
  if (version >= SCOPE_VERSION_MIN) return;
  throw misuse(
    core.handler,
    `${feature} needs protocol v${SCOPE_VERSION_MIN}; v${version} is spoken here`,
    "Enable the preview of protocol v7 on the server and register the deployment again, or leave it out.",
    UNSUPPORTED_FEATURE_CODE,
  );
}
