/**
 * What Lambda hands to a function and takes from it, in both of API Gateway's
 * formats (version 2 is that of function URLs, too). Only what we need of them;
 * both directions carry bytes as base64.
 */
export interface LambdaEvent {
  /** Version 1. */
  readonly path?: string | undefined;
  readonly httpMethod?: string | undefined;
  /** Version 2. */
  readonly rawPath?: string | undefined;
  readonly requestContext?:
    | { readonly http?: { readonly method?: string | undefined } | undefined }
    | undefined;
  /** Names in any case. */
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

export interface LambdaResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Without a query, which stands elsewhere in both formats. */
export function pathOf(event: LambdaEvent): string {
  const path = event.path ?? event.rawPath ?? "/";
  return path.split("?", 1)[0] ?? path;
}

export function methodOf(event: LambdaEvent): string | undefined {
  return event.httpMethod ?? event.requestContext?.http?.method;
}

/** Names in lower case. */
export function headersOf(event: LambdaEvent): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value !== undefined) headers.set(name.toLowerCase(), value);
  }
  return headers;
}
