/**
 * How values become bytes and back. Both directions are synchronous.
 *
 * `serialize` must give the same bytes for the same value, since recorded
 * payloads are compared on replay.
 */
export interface Serde<T> {
  /** Sent with the bytes; absent when the bytes have no media type (no value at all). */
  readonly contentType?: string;
  /** JSON Schema of the value, shown to operators and checked by the ingress. */
  readonly jsonSchema?: object;
  /** Lets operators' tools show and edit values that are not JSON. */
  readonly preview?: {
    toJsonString(value: T): Promise<string> | string;
    fromJsonString(json: string): Promise<T> | T;
  };
  serialize(value: T): Uint8Array;
  deserialize(data: Uint8Array): T;
}
