#!/usr/bin/env node
// Stands here before the package is built, so that package managers can link it.
import "../dist/cli.js";
