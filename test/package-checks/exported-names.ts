import ts from "typescript";
import { PUBLISHED, toSpecifier } from "../../scripts/entries.ts";
import { ROOT } from "./dist.ts";

export interface ExportedName {
  readonly name: string;
  readonly isValue: boolean;
  readonly isType: boolean;
}

/** What the built declarations of every entry of every package export, sorted by name; by specifier. */
export function readExportedNames(): ReadonlyMap<string, readonly ExportedName[]> {
  const files = PUBLISHED.flatMap(({ name, folder, entries }) =>
    entries.map((entry) => [toSpecifier(entry, name), `${ROOT}${folder}/dist/${entry}.d.ts`] as const),
  );
  const program = ts.createProgram(
    files.map(([, file]) => file),
    {
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      skipLibCheck: true,
      noEmit: true,
    },
  );
  const checker = program.getTypeChecker();
  return new Map(
    files.map(([specifier, file]) => {
      const source = program.getSourceFile(file);
      const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source);
      if (symbol === undefined) throw new Error(`${file} is not a module. Run the build first.`);
      const names = checker.getExportsOfModule(symbol).map((exported) => toName(checker, exported));
      return [specifier, names.sort((a, b) => (a.name < b.name ? -1 : 1))];
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
