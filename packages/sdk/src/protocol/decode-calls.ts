import { NO_BYTES, NO_HEADERS, readHeader } from "./codec-values.ts";
import type { CallCommand, Header, OneWayCallCommand } from "./messages.ts";
import type { WireReader } from "./wire-reader.ts";

/** The payloads of calls, whose fields 4 to 9 are not those of one-way calls. Protocol section 2.4. */

export function decodeCall(reader: WireReader): CallCommand {
  let service = "";
  let handler = "";
  let parameter = NO_BYTES;
  let headers: Header[] | undefined;
  let key = "";
  let idempotencyKey: string | undefined;
  let scope: string | undefined;
  let limitKey: string | undefined;
  let invocationIdCompletionId = 0;
  let completionId = 0;
  let name = "";
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        service = reader.text("A call's service");
        break;
      case 2:
        handler = reader.text("A call's handler");
        break;
      case 3:
        parameter = reader.bytes();
        break;
      case 4:
        headers ??= [];
        headers.push(readHeader(reader));
        break;
      case 5:
        key = reader.text("A call's key");
        break;
      case 6:
        idempotencyKey = reader.text("A call's idempotency key");
        break;
      case 7:
        scope = reader.text("A call's scope");
        break;
      case 8:
        limitKey = reader.text("A call's limit key");
        break;
      case 10:
        invocationIdCompletionId = reader.uint32();
        break;
      case 11:
        completionId = reader.uint32();
        break;
      case 12:
        name = reader.text("A command's name");
        break;
      default:
        reader.skip();
    }
  }
  return {
    type: "Call",
    service,
    handler,
    key,
    parameter,
    headers: headers ?? NO_HEADERS,
    idempotencyKey,
    scope,
    limitKey,
    invocationIdCompletionId,
    completionId,
    name,
  };
}

export function decodeOneWayCall(reader: WireReader): OneWayCallCommand {
  let service = "";
  let handler = "";
  let parameter = NO_BYTES;
  let invokeTimeMs = 0;
  let headers: Header[] | undefined;
  let key = "";
  let idempotencyKey: string | undefined;
  let scope: string | undefined;
  let limitKey: string | undefined;
  let invocationIdCompletionId = 0;
  let name = "";
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        service = reader.text("A call's service");
        break;
      case 2:
        handler = reader.text("A call's handler");
        break;
      case 3:
        parameter = reader.bytes();
        break;
      case 4:
        invokeTimeMs = reader.safeInteger();
        break;
      case 5:
        headers ??= [];
        headers.push(readHeader(reader));
        break;
      case 6:
        key = reader.text("A call's key");
        break;
      case 7:
        idempotencyKey = reader.text("A call's idempotency key");
        break;
      case 8:
        scope = reader.text("A call's scope");
        break;
      case 9:
        limitKey = reader.text("A call's limit key");
        break;
      case 10:
        invocationIdCompletionId = reader.uint32();
        break;
      case 12:
        name = reader.text("A command's name");
        break;
      default:
        reader.skip();
    }
  }
  return {
    type: "OneWayCall",
    service,
    handler,
    key,
    parameter,
    headers: headers ?? NO_HEADERS,
    idempotencyKey,
    scope,
    limitKey,
    invocationIdCompletionId,
    invokeTimeMs,
    name,
  };
}
