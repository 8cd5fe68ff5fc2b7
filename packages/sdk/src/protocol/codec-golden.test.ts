import { describe, expect, it } from "vitest";
import { createMessageDecoder, encodeMessages } from "./codec.ts";
import type { AwaitTree, Message } from "./messages.ts";
import { fromHex, toHex } from "./testing/hex.ts";
import type { ProtocolVersion } from "./versions.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

const awaitingOneAndCancel: AwaitTree = {
  combinator: "firstCompleted",
  completions: [1],
  signals: [1],
  namedSignals: [],
  nested: [],
};

const success = (value: number) => ({ type: "success", value: bytes(value) }) as const;

interface Case {
  readonly title: string;
  readonly message: Message;
  readonly hex: string;
  /** Where the bytes are the same in all versions, 6 stands for them. */
  readonly version?: ProtocolVersion;
}

/** Protocol section 8 where it has bytes, else written by hand after sections 2.2 to 2.5. */
const CASES: readonly Case[] = [
  { title: "End", message: { type: "End" }, hex: "0003 0000 00000000" },
  {
    title: "Suspension in version 6",
    message: { type: "Suspension", awaitingOn: awaitingOneAndCancel },
    hex: "0001 0000 00000006 0a0101 120101",
  },
  {
    title: "Suspension in version 7",
    message: { type: "Suspension", awaitingOn: awaitingOneAndCancel },
    version: 7,
    hex: "0001 0000 0000000a 2208 0a0101 120101 2801",
  },
  {
    title: "AwaitingOn",
    message: { type: "AwaitingOn", awaitingOn: awaitingOneAndCancel, executingSideEffects: true },
    version: 7,
    hex: "0006 0000 0000000c 0a08 0a0101 120101 2801 1001",
  },
  {
    title: "Error that pauses",
    message: {
      type: "Error",
      code: 500,
      message: "m",
      stacktrace: "",
      relatedCommandIndex: 0,
      relatedCommandName: "n",
      relatedCommandType: 0x0411,
      nextRetryDelayMs: 0,
      behavior: "pause",
    },
    hex: "0002 0000 00000012 08f403 12016d 2000 2a016e 309108 4000 4801",
  },
  {
    title: "a proposed value, which is not wrapped",
    message: { type: "ProposeRunCompletion", completionId: 1, result: success(0xab) },
    hex: "0005 0000 00000005 0801 7201ab",
  },
  {
    title: "a proposal that asks for an acknowledgement, as all do in version 7",
    message: { type: "ProposeRunCompletion", completionId: 1, result: success(0xab) },
    version: 7,
    hex: "0005 8000 00000005 0801 7201ab",
  },
  {
    title: "ProposeRunCompletionAck",
    message: { type: "ProposeRunCompletionAck", completionId: 1 },
    version: 7,
    hex: "0007 0000 00000002 0801",
  },
  {
    title: "Input with an empty value, which is there all the same",
    message: { type: "Input", headers: [{ key: "a", value: "b" }], value: bytes(), name: "" },
    hex: "0400 0000 0000000a 0a06 0a0161 120162 7200",
  },
  {
    title: "Output of a failure with metadata",
    message: {
      type: "Output",
      result: { type: "failure", failure: { code: 409, message: "m", metadata: { k: "v" } } },
      name: "",
    },
    hex: "0401 0000 00000010 7a0e 089903 12016d 1a06 0a016b 120176",
  },
  {
    title: "SetState, whose value is field 3",
    message: { type: "SetState", key: "k", value: bytes(1), name: "" },
    hex: "0403 0000 00000008 0a016b 1a03 0a0101",
  },
  {
    title: "GetEagerState of an unknown key, void in field 13",
    message: { type: "GetEagerState", key: "k", value: undefined, name: "" },
    hex: "0407 0000 00000005 0a016b 6a00",
  },
  {
    title: "GetEagerState of an empty value",
    message: { type: "GetEagerState", key: "k", value: bytes(), name: "" },
    hex: "0407 0000 00000005 0a016b 7200",
  },
  {
    title: "GetEagerStateKeys of no keys",
    message: { type: "GetEagerStateKeys", keys: [], name: "" },
    hex: "0408 0000 00000002 7200",
  },
  {
    title: "CompletePromise",
    message: { type: "CompletePromise", key: "k", result: success(1), completionId: 3, name: "n" },
    hex: "040b 0000 0000000d 0a016b 1203 0a0101 5803 62016e",
  },
  {
    title: "Sleep",
    message: { type: "Sleep", wakeUpTimeMs: 300, completionId: 1, name: "n" },
    hex: "040c 0000 00000008 08ac02 5801 62016e",
  },
  {
    title: "Call",
    message: {
      type: "Call",
      service: "S",
      handler: "h",
      parameter: bytes(0x70),
      headers: [{ key: "a", value: "b" }],
      key: "k",
      idempotencyKey: "i",
      invocationIdCompletionId: 1,
      completionId: 2,
      name: "n",
    },
    hex: "040d 0000 0000001e 0a0153 120168 1a0170 2206 0a0161 120162 2a016b 320169 5001 5802 62016e",
  },
  {
    title: "Call with scope and limit key",
    message: {
      type: "Call",
      service: "S",
      handler: "h",
      parameter: bytes(),
      headers: [],
      key: "",
      idempotencyKey: "",
      scope: "s",
      limitKey: "l",
      invocationIdCompletionId: 1,
      completionId: 2,
      name: "",
    },
    version: 7,
    hex: "040d 0000 00000012 0a0153 120168 3200 3a0173 42016c 5001 5802",
  },
  {
    title: "OneWayCall, whose fields 4 to 9 are not those of Call",
    message: {
      type: "OneWayCall",
      service: "S",
      handler: "h",
      parameter: bytes(0x70),
      invokeTimeMs: 300,
      headers: [{ key: "a", value: "b" }],
      key: "k",
      idempotencyKey: "i",
      scope: "s",
      limitKey: "l",
      invocationIdCompletionId: 1,
      name: "n",
    },
    version: 7,
    hex: "040e 0000 00000025 0a0153 120168 1a0170 20ac02 2a06 0a0161 120162 32016b 3a0169 420173 4a016c 5001 62016e",
  },
  {
    title: "SendSignal that cancels",
    message: { type: "SendSignal", targetInvocationId: "i", signal: 1, result: { type: "void" }, name: "" },
    hex: "0410 0000 00000007 0a0169 1001 2200",
  },
  {
    title: "SendSignal by name",
    message: { type: "SendSignal", targetInvocationId: "i", signal: "g", result: success(1), name: "n" },
    hex: "0410 0000 0000000e 0a0169 1a0167 2a03 0a0101 62016e",
  },
  {
    title: "Run",
    message: { type: "Run", completionId: 1, name: "nm" },
    hex: "0411 0000 00000006 5801 62026e6d",
  },
  {
    title: "AttachInvocation to a workflow",
    message: {
      type: "AttachInvocation",
      target: { type: "workflow", workflow: "w", key: "k", scope: "s" },
      completionId: 1,
      name: "",
    },
    version: 7,
    hex: "0412 0000 0000000d 2209 0a0177 12016b 1a0173 5801",
  },
  {
    title: "GetInvocationOutput of an idempotent call with an empty key",
    message: {
      type: "GetInvocationOutput",
      target: { type: "idempotent", service: "s", key: "", handler: "h", idempotencyKey: "i" },
      completionId: 1,
      name: "",
    },
    hex: "0413 0000 0000000f 1a0b 0a0173 1200 1a0168 220169 5801",
  },
  {
    title: "CompleteAwakeable",
    message: { type: "CompleteAwakeable", awakeableId: "a", result: success(1), name: "" },
    hex: "0414 0000 00000008 0a0161 1203 0a0101",
  },
  {
    title: "a Sleep completion, void in field 4",
    message: { type: "Completion", kind: "Sleep", completionId: 1, result: { type: "void" } },
    hex: "800c 0000 00000004 0801 2200",
  },
  {
    title: "a Run completion, which is wrapped",
    message: { type: "Completion", kind: "Run", completionId: 1, result: success(0xab) },
    hex: "8011 0000 00000007 0801 2a03 0a01ab",
  },
  {
    title: "the invocation id of a call, field 16",
    message: {
      type: "Completion",
      kind: "CallInvocationId",
      completionId: 1,
      result: { type: "invocationId", invocationId: "i" },
    },
    hex: "800e 0000 00000006 0801 82010169",
  },
  {
    title: "state keys, field 17",
    message: {
      type: "Completion",
      kind: "GetLazyStateKeys",
      completionId: 1,
      result: { type: "stateKeys", keys: ["k"] },
    },
    hex: "8006 0000 00000008 0801 8a0103 0a016b",
  },
  {
    title: "the signal that cancels",
    message: { type: "Signal", signal: 1, result: { type: "void" } },
    hex: "fbff 0000 00000004 1001 2200",
  },
  {
    title: "a signal by name",
    message: { type: "Signal", signal: "g", result: { type: "failure", failure: { code: 1, message: "" } } },
    hex: "fbff 0000 00000007 1a0167 3202 0801",
  },
];

describe.each(CASES)("$title", ({ message, hex, version = 6 }) => {
  it("is encoded to these bytes", () => {
    expect(toHex(encodeMessages([message], version))).toBe(hex.replaceAll(" ", ""));
  });

  it("is decoded from them", () => {
    expect(createMessageDecoder({ version }).push(fromHex(hex))).toEqual([message]);
  });
});
