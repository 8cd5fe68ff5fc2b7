import { describe, expect, it } from "vitest";
import { createMessageDecoder, decodeMessage, encodeMessages } from "./codec.ts";
import type { AwaitTree, CompletionKind, Message, NotificationResult } from "./messages.ts";
import { RESULT_TYPES } from "./testing/arbitraries.ts";
import { fromHex } from "./testing/hex.ts";
import type { ProtocolVersion } from "./versions.ts";

const NONE = new Uint8Array(0);

function decode(typeId: number, hex: string, version: ProtocolVersion = 6): Message {
  return decodeMessage({ typeId, payload: fromHex(hex) }, version);
}

function roundTrip(message: Message, sent: ProtocolVersion, received: ProtocolVersion = sent): Message[] {
  return createMessageDecoder({ version: received }).push(encodeMessages([message], sent));
}

const failure = { code: 1, message: "", metadata: { k: "v" } };

const call = {
  service: "S",
  handler: "h",
  key: "",
  parameter: NONE,
  headers: [],
  invocationIdCompletionId: 1,
  name: "",
} as const;

const tree: AwaitTree = {
  combinator: "allCompleted",
  completions: [1],
  signals: [],
  namedSignals: [],
  nested: [],
};

describe("what a version doesn't have", () => {
  const scoped = { type: "workflow", workflow: "w", key: "k", scope: "s" } as const;

  it.each<[string, Message, ProtocolVersion]>([
    ["Metadata of a failure", { type: "Output", result: { type: "failure", failure }, name: "" }, 6],
    ["A scope", { type: "Call", ...call, completionId: 2, scope: "s" }, 7],
    ["A limit key", { type: "OneWayCall", ...call, invokeTimeMs: 0, limitKey: "l" }, 7],
    ["A scope", { type: "AttachInvocation", target: scoped, completionId: 1, name: "" }, 7],
    ["AwaitingOn", { type: "AwaitingOn", awaitingOn: tree, executingSideEffects: false }, 7],
    ["ProposeRunCompletionAck", { type: "ProposeRunCompletionAck", completionId: 1 }, 7],
  ])("%s is refused before its version", (what, message, needed) => {
    expect(roundTrip(message, needed)).toEqual([message]);
    const version = (needed - 1) as ProtocolVersion;
    expect(() => encodeMessages([message], version)).toThrow(
      expect.objectContaining({
        name: "ProtocolError",
        code: 573,
        message: `${what} needs protocol version ${needed}, this invocation runs with ${version}`,
      }),
    );
  });

  it("sends empty metadata in version 5, since there is nothing to send", () => {
    const output: Message = {
      type: "Output",
      result: { type: "failure", failure: { ...failure, metadata: {} } },
      name: "",
    };
    const received = { type: "failure", failure: { code: 1, message: "" } };
    expect(roundTrip(output, 5)).toEqual([{ ...output, result: received }]);
  });

  it("leaves out of Start what is only for information", () => {
    const start = {
      type: "Start",
      id: NONE,
      debugId: "",
      knownEntries: 1,
      stateMap: [],
      partialState: false,
      key: "",
      retryCountSinceLastStoredEntry: 0,
      durationSinceLastStoredEntryMs: 0,
      randomSeed: 0n,
    } as const;
    expect(roundTrip({ ...start, scope: "s", limitKey: "l", idempotencyKey: "i" }, 6)).toEqual([start]);
  });

  it.each([0x0006, 0x0007])("refuses to receive message 0x%s before version 7", (typeId) => {
    expect(() => decode(typeId, "0a00", 6)).toThrow(/is no message of protocol version 6, it came with 7$/);
  });

  it("accepts newer fields in every version", () => {
    expect(decode(0x0002, "4802", 5)).toMatchObject({ type: "Error", behavior: "fail" });
    expect(decode(0x0002, "4807", 7)).toMatchObject({ type: "Error", behavior: undefined });
    const scopedCall: Message = { type: "Call", ...call, completionId: 2, scope: "s" };
    expect(roundTrip(scopedCall, 7, 5)).toEqual([scopedCall]);
  });

  it("leaves out the behavior that is the default", () => {
    const error = { type: "Error", code: 500, message: "m", stacktrace: "" } as const;
    expect(roundTrip({ ...error, behavior: "retry" }, 7)).toEqual([error]);
  });
});

describe("type ids that we don't know", () => {
  it.each<[number, number, string]>([
    [0x0008, 500, "Unknown message 0x0008"],
    [0x03ff, 500, "Unknown message 0x03ff"],
    [0x040f, 570, "Unknown command 0x040f: no code of this version wrote it"],
    [0x7fff, 570, "Unknown command 0x7fff: no code of this version wrote it"],
    [0xfc00, 571, "Custom message 0xfc00 is not supported"],
    [0xffff, 571, "Custom message 0xffff is not supported"],
  ])("0x%s is refused with code %i", (typeId, code, message) => {
    expect(() => decode(typeId, "")).toThrow(
      expect.objectContaining({ name: "ProtocolError", code, message }),
    );
  });

  it.each([0x8000, 0x9999, 0xfbfe])("0x%s is a notification of unknown kind", (typeId) => {
    const result = { type: "void" };
    expect(decode(typeId, "0805 2200")).toEqual({
      type: "Completion",
      kind: undefined,
      completionId: 5,
      result,
    });
    expect(decode(typeId, "1005 2200")).toEqual({ type: "Signal", signal: 5, result });
  });

  it("are never sent", () => {
    const unknown: Message = {
      type: "Completion",
      kind: undefined,
      completionId: 5,
      result: { type: "void" },
    };
    expect(() => encodeMessages([unknown], 6)).toThrow(
      "Completion 5: a completion of unknown kind can't be sent",
    );
  });
});

describe("what a message can't do without", () => {
  it.each<[string, number, string]>([
    ["The id of a Sleep completion", 0x800c, "2200"],
    ["The id of a signal", 0xfbff, "2200"],
    ["The result of a Sleep completion", 0x800c, "0801"],
    ["The result of a signal", 0xfbff, "1001"],
    ["The result of a notification of unknown type", 0x9999, "0801"],
    ["The result of ProposeRunCompletion", 0x0005, "0801"],
    ["The result of Output", 0x0401, ""],
    ["The value of SetState", 0x0403, "0a016b"],
    ["The result of GetEagerState", 0x0407, "0a016b"],
    ["The result of CompletePromise", 0x040b, "0a016b 5801"],
    ["The signal of SendSignal", 0x0410, "0a0169 2200"],
    ["The result of SendSignal", 0x0410, "0a0169 1001"],
    ["The target of AttachInvocation", 0x0412, "5801"],
    ["The target of GetInvocationOutput", 0x0413, "5801"],
    ["The result of CompleteAwakeable", 0x0414, "0a0161"],
  ])("%s", (what, typeId, hex) => {
    expect(() => decode(typeId, hex)).toThrow(
      expect.objectContaining({ code: 571, message: `${what} is missing` }),
    );
  });

  it.each([
    ["Suspension", 0x0001],
    ["AwaitingOn", 0x0006],
  ])("What %s awaits, in version 7", (name, typeId) => {
    expect(() => decode(typeId, "", 7)).toThrow(`What ${name} awaits is missing`);
  });

  it("but an Input without a value is empty", () => {
    expect(decode(0x0400, "")).toEqual({ type: "Input", headers: [], value: NONE, name: "" });
  });
});

describe("notifications", () => {
  const results: NotificationResult[] = [
    { type: "void" },
    { type: "success", value: NONE },
    { type: "failure", failure: { code: 1, message: "" } },
    { type: "invocationId", invocationId: "i" },
    { type: "stateKeys", keys: [] },
  ];
  const kinds = Object.keys(RESULT_TYPES) as CompletionKind[];

  it.each(kinds)("carry the results that %s allows and no other", (kind) => {
    for (const result of results) {
      const completion: Message = { type: "Completion", kind, completionId: 1, result };
      if (RESULT_TYPES[kind].includes(result.type)) {
        expect(roundTrip(completion, 6)).toEqual([completion]);
      } else {
        expect(() => encodeMessages([completion], 6)).toThrow(
          `A result of type ${result.type} is not allowed in a ${kind} completion`,
        );
      }
    }
  });

  it("are refused with a result that their kind doesn't allow", () => {
    expect(() => decode(0x800c, "0801 2a00")).toThrow(
      expect.objectContaining({
        code: 571,
        message: "A result of type success is not allowed in a Sleep completion",
      }),
    );
    expect(() => decode(0xfbff, "1001 82010169")).toThrow(
      "A result of type invocationId is not allowed in a signal",
    );
  });

  it("are refused with the id of another group", () => {
    expect(() => decode(0x800c, "1001 2200")).toThrow(
      "The id of a Sleep completion has to be a completion id, not a signal",
    );
    expect(() => decode(0xfbff, "0801 2200")).toThrow("The id of a signal has to be an index or a name");
  });
});
