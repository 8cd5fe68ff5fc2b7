import { PERDURE_SERVE } from "./places/command-kind.ts";
import { httpPlace } from "./places/http-place.ts";
import { conformance } from "./suite/conformance.ts";

conformance(httpPlace({ server: PERDURE_SERVE, transport: "http1", inactivityTimeout: 0 }));
