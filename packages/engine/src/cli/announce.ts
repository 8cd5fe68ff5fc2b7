import type { EmbeddedEngine } from "../create-engine.ts";
import type { Faces } from "./open-engine.ts";
import type { EngineSettings } from "./settings.ts";

/** Said at the start, before anything can be lost. */
export function announceStart(engine: EmbeddedEngine, { data }: EngineSettings): void {
  console.log(
    data === undefined
      ? "Nothing is kept: all is forgotten when this command ends. Keep it with --data DIR."
      : `Data:    ${data}`,
  );
  if (engine.identityPublicKey !== undefined)
    console.log(`Identity key of endpoints: ${engine.identityPublicKey}`);
}

/** Said when requests are answered. Its last line is the sign that others may wait for. */
export function announceReady({ ingress, admin }: Faces): void {
  console.log(`Ingress: ${ingress.url}`);
  console.log(`Admin:   ${admin.url}`);
  console.log("Ready.");
}
