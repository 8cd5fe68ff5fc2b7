import { handlers, service } from "@perdure/sdk";
import { zodSerde } from "@perdure/sdk/zod";
import { z } from "zod";

/**
 * Input that is checked before the handler sees it. What does not fit is refused
 * with 400 and a list of what is wrong; the schema is shown in the server's OpenAPI.
 */

const Booking = z.object({
  guest: z.string().min(1),
  nights: z.int().positive(),
  breakfast: z.boolean().default(true),
});

const Confirmation = z.object({ text: z.string(), cents: z.int() });

export const hotel = service({
  name: "Hotel",
  handlers: {
    book: handlers.handler(
      { input: zodSerde(Booking), output: zodSerde(Confirmation) },
      // The types come from the schemas, defaults filled in.
      async (_ctx, { guest, nights, breakfast }) => ({
        text: `${guest}, ${nights} nights${breakfast ? " with breakfast" : ""}`,
        cents: nights * (breakfast ? 9000 : 8000),
      }),
    ),
  },
});
