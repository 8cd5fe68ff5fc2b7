// Serves at a port of its own choice.
import { serve, service } from "@perdure/sdk";

await serve({ port: 0, services: [service({ name: "Lost", handlers: { find: async () => {} } })] });
