import type { ServiceDefinition, VirtualObjectDefinition, WorkflowDefinition } from "../definition/core.ts";
import type { EndpointOptions } from "../definition/endpoint-options.ts";
import type { JournalValueCodec } from "../definition/journal-value-codec.ts";
import type { LoggerTransport } from "../definition/logger.ts";
import type { DefaultServiceOptions } from "../definition/options.ts";

/** What the builders of every kind of endpoint have in common. Each method returns the builder itself. */
export interface RestateEndpointBase<E> {
  /** Adds a service, an object or a workflow. */
  bind<P extends string, M>(
    service: ServiceDefinition<P, M> | VirtualObjectDefinition<P, M> | WorkflowDefinition<P, M>,
  ): E;
  /** Adds identity keys; see {@link EndpointOptions.identityKeys}. */
  withIdentityV1(...keys: string[]): E;
  /** See {@link EndpointOptions.defaultServiceOptions}. */
  defaultServiceOptions(options: DefaultServiceOptions): E;
  /** See {@link EndpointOptions.logger}. */
  setLogger(logger: LoggerTransport): E;
  /**
   * See {@link EndpointOptions.journalValueCodecProvider}.
   *
   * @experimental
   */
  journalValueCodecProvider(codecProvider: () => Promise<JournalValueCodec>): E;
}

/** Collects options one by one; they are checked when a handler is made of them. */
export abstract class EndpointBuilder<E> implements RestateEndpointBase<E> {
  readonly #services: EndpointOptions["services"][number][] = [];
  readonly #identityKeys: string[] = [];
  #defaultServiceOptions: DefaultServiceOptions | undefined;
  #logger: LoggerTransport | undefined;
  #codecProvider: (() => Promise<JournalValueCodec>) | undefined;

  protected abstract self(): E;

  protected options(): EndpointOptions {
    return {
      services: [...this.#services],
      identityKeys: [...this.#identityKeys],
      defaultServiceOptions: this.#defaultServiceOptions,
      logger: this.#logger,
      journalValueCodecProvider: this.#codecProvider,
    };
  }

  bind(service: EndpointOptions["services"][number]): E {
    this.#services.push(service);
    return this.self();
  }

  withIdentityV1(...keys: string[]): E {
    this.#identityKeys.push(...keys);
    return this.self();
  }

  defaultServiceOptions(options: DefaultServiceOptions): E {
    this.#defaultServiceOptions = options;
    return this.self();
  }

  setLogger(logger: LoggerTransport): E {
    this.#logger = logger;
    return this.self();
  }

  journalValueCodecProvider(codecProvider: () => Promise<JournalValueCodec>): E {
    this.#codecProvider = codecProvider;
    return this.self();
  }
}
