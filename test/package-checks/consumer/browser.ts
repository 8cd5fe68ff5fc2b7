import * as clients from "@perdure/sdk/clients";
import * as fetch from "@perdure/sdk/fetch";

export const entries: readonly unknown[] = [clients, fetch];
