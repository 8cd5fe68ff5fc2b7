/** A request that the ingress refuses, with the status it answers. */
export class IngressError extends Error {
  override name = "IngressError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function notFound(): IngressError {
  return new IngressError(404, "not found");
}

export function methodNotAllowed(): IngressError {
  return new IngressError(405, "method not allowed");
}

export function serviceNotFound(service: string): IngressError {
  return new IngressError(
    404,
    `service '${service}' not found, make sure to register the service before calling it.`,
  );
}

export function handlerNotFound(service: string, handler: string): IngressError {
  return new IngressError(
    404,
    `the service '${service}' exists, but the handler '${handler}' was not found, ` +
      "check that the handler exists in the latest registered service version.",
  );
}

export function badPath(detail: string): IngressError {
  return new IngressError(400, `bad path${detail}`);
}
