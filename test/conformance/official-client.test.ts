import { describe } from "vitest";
import { startRunning } from "./fixtures-documents/running.ts";
import { officialClientCases } from "./fixtures-official/client-cases.ts";
import { services } from "./fixtures-official/services.ts";

describe("the official client drives our endpoint through a real server:", () => {
  officialClientCases(() => startRunning(services));
});
