import type { AnyDefinition } from "./core.ts";
import type { JournalValueCodec } from "./journal-value-codec.ts";
import type { LoggerTransport } from "./logger.ts";
import type { DefaultServiceOptions } from "./options.ts";

/** What every kind of endpoint can be told. */
export interface EndpointOptions {
  /** The services, objects and workflows to serve. Each name may stand for one definition only. */
  readonly services: readonly AnyDefinition[];
  /**
   * Public keys (`publickeyv1_...`). If there are any, each request must be signed
   * by the key that belongs to one of them, else it is answered with 401. Several
   * keys allow to change keys without a gap.
   */
  readonly identityKeys?: readonly string[] | undefined;
  /** Options for all services, where neither service nor handler has its own. */
  readonly defaultServiceOptions?: DefaultServiceOptions | undefined;
  /** Where log messages go; the console when absent. */
  readonly logger?: LoggerTransport | undefined;
  /**
   * Makes the codec, once for the endpoint. See {@link JournalValueCodec}.
   *
   * @experimental
   */
  readonly journalValueCodecProvider?: (() => Promise<JournalValueCodec>) | undefined;
}
