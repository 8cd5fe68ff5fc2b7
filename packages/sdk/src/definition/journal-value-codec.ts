/**
 * Transforms the bytes of values on their way to the engine and back, for
 * example to encrypt them. It sees inputs and outputs, results of runs,
 * awakeables, promises and signals, state, and the parameters and results of
 * calls; failures it does not see.
 *
 * `encode` need not give the same bytes each time, since with a codec payloads are
 * not compared on replay. Both must cope with empty bytes. A client outside of
 * handlers needs the same codec.
 *
 * @experimental
 */
export interface JournalValueCodec {
  /** Applied after serialization. */
  encode(buf: Uint8Array): Uint8Array;
  /** Applied before deserialization. */
  decode(buf: Uint8Array): Promise<Uint8Array>;
}
