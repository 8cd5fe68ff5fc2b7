import { httpPlace } from "./places/http-place.ts";
import { RESTATE } from "./places/restate-kind.ts";
import { conformance } from "./suite/conformance.ts";

conformance(httpPlace({ server: RESTATE, transport: "http1", inactivityTimeout: 0 }));
