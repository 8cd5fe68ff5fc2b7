/** Commands as a transcript shows them, with what most tests leave alone. */

export function callOf(changes: object = {}): object {
  return {
    type: "Call",
    service: "pricing",
    handler: "quote",
    key: "",
    parameter: '"tea"',
    headers: [],
    name: "",
    invocationIdCompletionId: 1,
    completionId: 2,
    ...changes,
  };
}

export function sendOf(changes: object = {}): object {
  return {
    type: "OneWayCall",
    service: "pricing",
    handler: "refresh",
    key: "",
    parameter: "",
    headers: [],
    name: "",
    invokeTimeMs: 0,
    invocationIdCompletionId: 1,
    ...changes,
  };
}
