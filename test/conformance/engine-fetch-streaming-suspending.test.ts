import { enginePlace } from "./places/engine-places.ts";
import { conformance } from "./suite/conformance.ts";

conformance(enginePlace({ transport: "fetch-streaming", inactivityTimeout: 0 }));
