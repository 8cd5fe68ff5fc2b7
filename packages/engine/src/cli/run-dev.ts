import { relative } from "node:path";
import type { EmbeddedEngine } from "../create-engine.ts";
import { announceReady, announceStart } from "./announce.ts";
import { type AppPlan, planApp } from "./app-plan.ts";
import { type AppPorts, type AppProcess, pickPorts, startApp } from "./app-process.ts";
import { CommandError, EXIT_FAILED } from "./command-error.ts";
import { findEarlierPort, registerApp } from "./dev-deployment.ts";
import { openEngine, openFaces } from "./open-engine.ts";
import type { EngineSettings } from "./settings.ts";
import { catchStopSignals, type StopSignals } from "./stop-signals.ts";
import { NO_WATCHER, type Watcher, watchSources } from "./watcher.ts";

export interface DevOptions {
  readonly app: string;
  readonly watch: readonly string[] | undefined;
  readonly settings: EngineSettings;
  /** The module that the process of the application runs. */
  readonly devApp: URL;
}

/**
 * `perdure dev`: the engine lives in this process, over all runs of the
 * application in processes of their own. Its faces open when the services of the
 * first run that works are known. Resolves when it was told to end and has closed.
 */
export async function runDev(options: DevOptions): Promise<void> {
  const { settings } = options;
  const plan = planApp(options.app);
  const signals = catchStopSignals();
  const engine = await openEngine(settings);
  const watcher = options.watch === undefined ? NO_WATCHER : watchSources(plan.file, options.watch);
  try {
    announceStart(engine, settings);
    await watcher.ready;
    const ports = await pickPorts(findEarlierPort(engine.api));
    const dev = new DevLoop({ ...options, plan, signals, engine, watcher, ports });
    await dev.run();
  } finally {
    await watcher.close();
    await engine.close();
  }
}

interface DevParts extends DevOptions {
  readonly plan: AppPlan;
  readonly signals: StopSignals;
  readonly engine: EmbeddedEngine;
  readonly watcher: Watcher;
  readonly ports: AppPorts;
}

class DevLoop {
  readonly #parts: DevParts;
  /** The file of the application, as the user knows it. */
  readonly #name: string;
  #areFacesOpen = false;

  constructor(parts: DevParts) {
    this.#parts = parts;
    this.#name = relative(process.cwd(), parts.plan.file);
  }

  /** One run of the application after another, each to its end before the next begins. */
  async run(): Promise<void> {
    const { plan, watcher, signals } = this.#parts;
    while (!signals.isStopped) {
      const interrupted = Promise.race([watcher.changed(), signals.stopped]);
      const app = startApp(plan, this.#parts);
      let changed: unknown;
      let isOver = false;
      try {
        await Promise.race([interrupted, this.#runOnce(app, () => isOver)]);
        changed = await interrupted;
      } finally {
        isOver = true;
        await app.stop();
      }
      if (typeof changed === "string") console.log(`${relative(process.cwd(), changed)} has changed.`);
    }
  }

  /** Resolves when the application has ended by itself and that was said. */
  async #runOnce(app: AppProcess, isOver: () => boolean): Promise<void> {
    const problem = await this.#serveUntilEnd(app, isOver);
    if (isOver()) return;
    const message = `${this.#name}: ${problem}`;
    if (this.#parts.watch === undefined) throw new CommandError(message, { exitCode: EXIT_FAILED });
    console.error(`${message}\nWaiting for a change.`);
  }

  async #serveUntilEnd(app: AppProcess, isOver: () => boolean): Promise<string> {
    const outcome = await app.outcome;
    if (outcome.type === "failed") return outcome.reason;
    try {
      const { services } = await registerApp(this.#parts.engine.api, {
        uri: outcome.url,
        ports: this.#parts.ports,
      });
      if (isOver()) return "";
      console.log(`${this.#name} serves ${services.map(({ name }) => name).join(", ")}.`);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    await this.#openFaces();
    return `It ended (${await app.exited}).`;
  }

  async #openFaces(): Promise<void> {
    if (this.#areFacesOpen) return;
    this.#areFacesOpen = true;
    announceReady(await openFaces(this.#parts.engine, this.#parts.settings));
  }
}
