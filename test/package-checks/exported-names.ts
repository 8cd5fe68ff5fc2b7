import ts from "typescript";
import { ENTRIES, type Entry } from "../../scripts/entries.ts";
import { SDK } from "./dist.ts";

export interface ExportedName {
  readonly name: string;
  readonly isValue: boolean;
  readonly isType: boolean;
}

/** What the built declarations of every entry export, sorted by name. */
export function readExportedNames(): ReadonlyMap<Entry, readonly ExportedName[]> {
  const fileOf = (entry: Entry): string => `${SDK}dist/${entry}.d.ts`;
  const program = ts.createProgram(ENTRIES.map(fileOf), {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    skipLibCheck: true,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  return new Map(
    ENTRIES.map((entry) => {
      const source = program.getSourceFile(fileOf(entry));
      const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source);
      if (symbol === undefined) throw new Error(`dist/${entry}.d.ts is not a module. Run the build first.`);
      const names = checker.getExportsOfModule(symbol).map((exported) => toName(checker, exported));
      return [entry, names.sort((a, b) => (a.name < b.name ? -1 : 1))];
    }),
  );
}

function toName(checker: ts.TypeChecker, exported: ts.Symbol): ExportedName {
  const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
  const { flags } = isAlias ? checker.getAliasedSymbol(exported) : exported;
  return {
    name: exported.name,
    isValue: (flags & ts.SymbolFlags.Value) !== 0 && !isTypeOnly(exported),
    isType: (flags & ts.SymbolFlags.Type) !== 0,
  };
}

/** `export type { aClass }` names a value that nobody can use. */
function isTypeOnly(exported: ts.Symbol): boolean {
  return exported.declarations?.some(ts.isTypeOnlyExportDeclaration) ?? false;
}
