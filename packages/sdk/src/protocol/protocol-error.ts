import { RestateError, type RestateErrorOptions } from "../errors.ts";

/** The journal and the code that replays it disagree. Protocol section 4. */
export const JOURNAL_MISMATCH_CODE = 570;

/** The other side sent something that the protocol doesn't allow. Protocol section 4. */
export const PROTOCOL_VIOLATION_CODE = 571;

/** A feature was used that the negotiated protocol version doesn't have. Protocol section 4. */
export const UNSUPPORTED_FEATURE_CODE = 573;

/**
 * Bytes that are no message, a message that isn't allowed, or one that can't be
 * sent in the negotiated version. Fails the attempt, never the process.
 *
 * `code` is {@link PROTOCOL_VIOLATION_CODE} unless said otherwise.
 */
export class ProtocolError extends RestateError {
  override name = "ProtocolError";

  constructor(message: string, options?: RestateErrorOptions) {
    super(message, { ...options, errorCode: options?.errorCode ?? PROTOCOL_VIOLATION_CODE });
  }
}

/** A frame announces more bytes than are accepted. */
export class MessageTooLargeError extends ProtocolError {}
