import * as engine from "@perdure/engine";
import * as engineInternal from "@perdure/engine/internal";
import * as index from "@perdure/sdk";
import * as clients from "@perdure/sdk/clients";
import * as fetch from "@perdure/sdk/fetch";
import * as internal from "@perdure/sdk/internal";
import * as lambda from "@perdure/sdk/lambda";
import * as superjson from "@perdure/sdk/superjson";
import * as zod from "@perdure/sdk/zod";
import * as testing from "@perdure/testing";

export const entries: readonly unknown[] = [
  engine,
  engineInternal,
  index,
  clients,
  fetch,
  internal,
  lambda,
  superjson,
  zod,
  testing,
];
