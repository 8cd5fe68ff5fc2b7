/**
 * `@perdure/sdk/internal`: the seam that the embedded engine and the testing kit
 * build on. Not for applications; it may change in any release.
 */
export { connectByExchange } from "./clients/connect.ts";
export type { Exchange } from "./clients/transport.ts";
export { bindEndpoint, bindService } from "./definition/bind.ts";
export type {
  BoundEndpoint,
  BoundHandler,
  BoundService,
  HandlerKind,
  ServiceKind,
} from "./definition/bound.ts";
export { isDefinitionValue } from "./definition/definition.ts";
export type { JournalValueCodec } from "./definition/journal-value-codec.ts";
export { CodecLink } from "./endpoint/codec-link.ts";
export type { TransportFacts } from "./endpoint/discovery.ts";
export { toManifest } from "./endpoint/discovery.ts";
export { http } from "./endpoint/node-builtin-http.ts";
export { NodeListener, type NodeListenerOptions } from "./endpoint/node-listener.ts";
export { nodeRuntime } from "./endpoint/node-runtime.ts";
export { serveHandler } from "./endpoint/node-serve.ts";
export { RequestHandler } from "./endpoint/request-handler.ts";
export { answerPreview, findPreviewSerde } from "./endpoint/serdes-preview.ts";
export type { AttemptOptions } from "./invocation/attempt.ts";
export { startAttempt } from "./invocation/attempt.ts";
export type { Link, LinkReader } from "./invocation/link.ts";
export type { Runtime } from "./invocation/runtime.ts";
export type { Difference } from "./journal/compare.ts";
export { isDelivered } from "./journal/delivered-errors.ts";
export { describeCommand, describeValue } from "./journal/describe.ts";
export { findAuthorFrame, isAuthorFrame, toFrames } from "./journal/frames.ts";
export type { CodePlace, JournalInspector, JournalMisuse, Rest } from "./journal/inspector.ts";
export type { MismatchFacts } from "./journal/mismatch.ts";
export { JournalMismatchError } from "./journal/mismatch.ts";
export { lineOfError, sourceLine } from "./journal/source-line.ts";
export { encodeBase62 } from "./protocol/base62.ts";
export { createMessageDecoder, decodeMessage, encodeMessages } from "./protocol/codec.ts";
export { createFrameDecoder, FRAME_BYTES_MAX } from "./protocol/framing.ts";
export {
  decodeAwakeableId,
  decodeInvocationId,
  encodeAwakeableId,
  encodeInvocationId,
  isInvocationId,
  toRandomSeed,
} from "./protocol/ids.ts";
export type {
  Manifest,
  ManifestHandler,
  ManifestInput,
  ManifestOptions,
  ManifestOutput,
  ManifestService,
} from "./protocol/manifest.ts";
export { findHandlerNameProblem, findServiceNameProblem } from "./protocol/manifest-rules.ts";
export { isCommand, toTypeId } from "./protocol/message-types.ts";
export * from "./protocol/messages.ts";
export { MessageTooLargeError, ProtocolError } from "./protocol/protocol-error.ts";
export type { ProtocolVersion } from "./protocol/versions.ts";
export { PROTOCOL_VERSION_MAX, PROTOCOL_VERSION_MIN, toInvocationContentType } from "./protocol/versions.ts";
export { encodeUtf8 } from "./serde/utf8.ts";
export { TransientMap, TransientSet } from "./transient.ts";
