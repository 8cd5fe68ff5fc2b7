/**
 * Chooses by the type of a handler's input: there is `None`, it may be left out,
 * or it must be given. `unknown` must be given.
 */
export type ByInput<I, None, Optional, Required> = unknown extends I
  ? Required
  : // biome-ignore lint/suspicious/noConfusingVoidType: void is how handlers say that they take no input
    [I] extends [void]
    ? None
    : undefined extends I
      ? Optional
      : Required;
