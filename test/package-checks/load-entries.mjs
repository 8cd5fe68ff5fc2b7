// Loads every entry of the built package, by import() or by require(), and prints
// what each exports and which names mean different things in different entries.
import { createRequire } from "node:module";

const [, , format, ...specifiers] = process.argv;
const require = createRequire(import.meta.url);

const names = {};
const conflicts = [];
const seen = new Map();
for (const specifier of specifiers) {
  const entry = format === "require" ? require(specifier) : await import(specifier);
  names[specifier] = Object.keys(entry)
    .filter((name) => name !== "default" && name !== "module.exports")
    .sort();
  for (const name of names[specifier]) {
    if (seen.has(name) && seen.get(name) !== entry[name]) conflicts.push(`${specifier}: ${name}`);
    seen.set(name, entry[name]);
  }
}
console.log(JSON.stringify({ names, conflicts }));
