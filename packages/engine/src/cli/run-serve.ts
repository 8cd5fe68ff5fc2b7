import { announceReady, announceStart } from "./announce.ts";
import { openEngine, openFaces } from "./open-engine.ts";
import type { EngineSettings } from "./settings.ts";
import { catchStopSignals } from "./stop-signals.ts";

/** `perdure serve`: resolves when it was told to end and has closed. */
export async function runServe(settings: EngineSettings): Promise<void> {
  const { stopped } = catchStopSignals();
  const engine = await openEngine(settings);
  try {
    announceStart(engine, settings);
    announceReady(await openFaces(engine, settings));
    await stopped;
  } finally {
    await engine.close();
  }
}
