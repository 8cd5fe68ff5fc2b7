import { inProcessPlace } from "./places/in-process-place.ts";
import { conformance } from "./suite/conformance.ts";

conformance(inProcessPlace({ inactivityTimeout: 0 }));
