/** What the process of an application tells the command that started it. */
export type DevAppMessage =
  /** It answers at this address. */
  | { readonly type: "serving"; readonly url: string }
  /** It never will, as it is. The process ends. */
  | { readonly type: "failed"; readonly reason: string };

/** The environment variable in which an application finds the port to serve at. */
export const PORT_VARIABLE = "PORT";

/** The one in which `dev-app.ts` finds the port at which it serves what a module exports. */
export const EXPORTS_PORT_VARIABLE = "PERDURE_EXPORTS_PORT";
