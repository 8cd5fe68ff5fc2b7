/** Where time and chance come from; the state machine has neither of its own. */
export interface Surroundings {
  now(): number;
  /** 16 random bytes, for an invocation that this one makes; a client when absent. */
  entropy(invocationId?: string): Uint8Array;
  /** Uniform in [0, 1). */
  random(): number;
}
