import engine = require("@perdure/engine");
import engineInternal = require("@perdure/engine/internal");
import index = require("@perdure/sdk");
import clients = require("@perdure/sdk/clients");
import fetch = require("@perdure/sdk/fetch");
import internal = require("@perdure/sdk/internal");
import lambda = require("@perdure/sdk/lambda");
import superjson = require("@perdure/sdk/superjson");
import zod = require("@perdure/sdk/zod");
import testing = require("@perdure/testing");

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
