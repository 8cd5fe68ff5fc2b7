import { restatePlace } from "./places/restate-places.ts";
import { conformance } from "./suite/conformance.ts";

conformance(restatePlace({ transport: "http1", inactivityTimeout: 0 }));
