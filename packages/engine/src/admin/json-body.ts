import type { HttpRequest } from "../http/message.ts";
import { MalformedRequestError } from "./admin-error.ts";

/** A JSON object of a request, read field by field. Fields that nobody asks for are ignored. */
export class JsonBody {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  text(name: string): string {
    return this.optionalText(name) ?? missing(name);
  }

  optionalText(name: string): string | undefined {
    return this.#read(name, "a string", (value) => typeof value === "string") as string | undefined;
  }

  optionalBoolean(name: string): boolean | undefined {
    return this.#read(name, "a boolean", (value) => typeof value === "boolean") as boolean | undefined;
  }

  optionalTexts(name: string): Readonly<Record<string, string>> | undefined {
    const texts = this.optionalObject(name);
    for (const [key, value] of Object.entries(texts ?? {})) {
      if (typeof value !== "string") throw wrongShape(`${name}.${key}: expected a string`);
    }
    return texts as Readonly<Record<string, string>> | undefined;
  }

  object(name: string): Readonly<Record<string, unknown>> {
    return this.optionalObject(name) ?? missing(name);
  }

  optionalObject(name: string): Readonly<Record<string, unknown>> | undefined {
    return this.#read(name, "an object", isObject) as Readonly<Record<string, unknown>> | undefined;
  }

  array(name: string): readonly unknown[] {
    return (this.#read(name, "an array", Array.isArray) as unknown[] | undefined) ?? missing(name);
  }

  #read(name: string, expected: string, isRight: (value: unknown) => boolean): unknown {
    if (!this.has(name)) return undefined;
    const value = this.#fields[name];
    if (!isRight(value)) throw wrongShape(`${name}: expected ${expected}`);
    return value;
  }
}

/** @throws MalformedRequestError with 415, 400 or 422 */
export async function readJsonBody(request: HttpRequest): Promise<JsonBody> {
  const contentType = request.headers.get("content-type") ?? "";
  if (!/^application\/(?:[^;]+\+)?json\s*(?:;|$)/i.test(contentType)) {
    throw new MalformedRequestError(415, "Expected request with `Content-Type: application/json`");
  }
  const bytes = await request.readBody();
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new MalformedRequestError(400, `Failed to parse the request body as JSON: ${problem}`);
  }
  if (!isObject(value)) throw wrongShape("expected an object");
  return new JsonBody(value);
}

export function wrongShape(problem: string): MalformedRequestError {
  return new MalformedRequestError(
    422,
    `Failed to deserialize the JSON body into the target type: ${problem}`,
  );
}

function missing(name: string): never {
  throw wrongShape(`missing field \`${name}\``);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
