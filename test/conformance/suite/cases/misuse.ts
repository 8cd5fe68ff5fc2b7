import { describe, expect, it } from "vitest";
import { clumsy, clumsyObject, clumsyWorkflow, MISTAKE_NAMES, type Mistake } from "../services/misuse.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** Each message names the handler, where it was thrown by a check of ours. */
const MESSAGES: Readonly<Record<Mistake, RegExp>> = {
  negativeSleep: /^ctx\.sleep must be a duration of 0 or more, not -1 \(in Clumsy\/make\)/,
  sleepOfNothing: /^ctx\.sleep must be a duration of 0 or more, not undefined/,
  sleepNaN: /^ctx\.sleep must be a duration of 0 or more, not NaN/,
  negativeDelay: /^The delay of a send must be a duration of 0 or more, not -5/,
  emptyIdempotencyKey: /^idempotencyKey must be a string that is not empty/,
  emptyIdempotencyKeyOfSend: /^idempotencyKey must be a string that is not empty/,
  idempotencyKeyOfRun: /^An idempotency key for run of workflow "Once"/,
  keyMissing: /key/,
  keyOfWrongType: /key/,
  notAnInvocationId: /^Not an invocation id: "inv_nonsense"/,
  cancelNonsense: /^Not an invocation id: "nonsense"/,
  notAnAwakeableId: /^Not an awakeable id: "nonsense"/,
  headersOfWrongType: /^Header "a" must be a string, not 7/,
  emptySignalName: /^The signal's name must be a string that is not empty/,
  scopeWithoutFeature: /scope/,
  genericWithoutService: /^The called service must be a string that is not empty/,
  stateOfService: /^A service has no state/,
  readOfService: /^A service has no state/,
  keyOfService: /^A service has no key/,
  promiseOfService: /^ctx\.promise belongs to workflows/,
  runAttempts: /^maxRetryAttempts of ctx\.run must be a number of 0 or more, not -1/,
  runInterval: /^initialRetryInterval of ctx\.run must be a duration of 0 or more, not -1/,
  negativeTimeout: /^orTimeout: -1 ms is no timeout/,
  rejectWithError: /^(Not an awakeable id|The reason of an awakeable's rejection)/,
};

/** What an engine would answer with an endless retry reaches the caller at once, as a TerminalError. */
export function misuseCases(stage: Stage): void {
  describe("misuse", () => {
    // From protocol v7 on there are scopes.
    const mistakes = MISTAKE_NAMES.filter(
      (name) => name !== "scopeWithoutFeature" || stage.place.protocolVersion < 7,
    );

    it.each(mistakes)("%s", async (mistake) => {
      const error = await failureOf(stage.ingress.serviceClient(clumsy).make(mistake));
      expect(error).toMatchObject({
        name: "TerminalError",
        message: expect.stringMatching(MESSAGES[mistake]) as string,
      });
    });

    it("of the number of a client's arguments is a TypeError at the call", async () => {
      expect(await stage.ingress.serviceClient(clumsy).tooManyArguments()).toEqual([
        "TypeError",
        "TypeError",
      ]);
    });

    it.each(["sharedSet", "sharedClear", "sharedClearAll"] as const)(
      "%s: a shared handler writes",
      async (handler) => {
        const error = await failureOf(stage.ingress.objectClient(clumsyObject, unique("clumsy"))[handler]());
        expect(error).toMatchObject({
          name: "TerminalError",
          message: expect.stringMatching(
            /^A shared handler cannot change the state \(in ClumsyObject\/shared[A-Za-z]+\)[\s\S]*exclusive/,
          ) as string,
        });
      },
    );

    it("a workflow's shared handler writes", async () => {
      const error = await failureOf(
        stage.ingress.workflowClient(clumsyWorkflow, unique("clumsy")).sharedSet(),
      );
      expect(error).toMatchObject({
        name: "TerminalError",
        message: expect.stringMatching(/^A shared handler cannot change the state/) as string,
      });
    });

    it("an object's handler asks for a promise", async () => {
      const error = await failureOf(stage.ingress.objectClient(clumsyObject, unique("clumsy")).promise());
      expect(error).toMatchObject({
        name: "TerminalError",
        message: expect.stringMatching(/^ctx\.promise belongs to workflows/) as string,
      });
    });
  });
}
