// Serves itself, as it would in production; what it exports beside is not looked at.
import { serve, service } from "@perdure/sdk";

export const greeter = service({
  name: "Greeter",
  handlers: { greet: async (_ctx, name) => `Welcome, ${name}!` },
});

const port = await serve({ services: [greeter] });
console.log(`serving on ${port}`);
