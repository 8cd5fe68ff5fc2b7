import type { BoundHandler, BoundService } from "../definition/bound.ts";
import { toError } from "../errors.ts";
import type { Serde } from "../serde/serde.ts";
import { type Answer, toErrorAnswer, toJsonAnswer } from "./responses.ts";
import type { SerdesOperation } from "./router.ts";

/**
 * Lets an operator's tools show and edit values that are not JSON, by the
 * `preview` of a serde. Such serdes are announced in the service's metadata.
 */

const METADATA_PREFIX = "dev.restate.serde.preview.";

/** The metadata that announces the serdes with a preview, named `handler/input` and `handler/output`. */
export function previewMetadata(handlers: readonly BoundHandler[]): Record<string, string> | undefined {
  const names = handlers.flatMap((handler) => [
    ...(handler.input.preview === undefined ? [] : [`${handler.name}/input`]),
    ...(handler.output.preview === undefined ? [] : [`${handler.name}/output`]),
  ]);
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [METADATA_PREFIX + name, "true"]));
}

/** The serde that a preview request names; `undefined` if there is none, or none with a preview. */
export function findPreviewSerde(service: BoundService, name: string): Serde<unknown> | undefined {
  const [handlerName, direction, ...rest] = name.split("/");
  const handler = service.handlers.get(handlerName ?? "");
  if (handler === undefined || rest.length > 0) return undefined;
  const serde = direction === "input" ? handler.input : direction === "output" ? handler.output : undefined;
  return serde?.preview === undefined ? undefined : serde;
}

/**
 * From a serde's bytes to JSON, or back. What the serde refuses is answered with
 * 422, a body that was too large to keep (`undefined`) with 413.
 */
export async function answerPreview(
  serde: Serde<unknown>,
  operation: SerdesOperation,
  body: Uint8Array | undefined,
): Promise<Answer> {
  if (body === undefined) return toErrorAnswer(413, "The value is too large to preview");
  const { preview } = serde;
  if (preview === undefined) throw new TypeError("The serde has no preview");
  try {
    if (operation === "decode") {
      return toJsonAnswer("application/json", await preview.toJsonString(serde.deserialize(body)));
    }
    const value = await preview.fromJsonString(new TextDecoder().decode(body));
    const contentType = serde.contentType ?? "application/octet-stream";
    return { status: 200, contentType, body: serde.serialize(value) };
  } catch (error) {
    return toErrorAnswer(422, toError(error).message);
  }
}
