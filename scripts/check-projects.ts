import { isDeepStrictEqual } from "node:util";
import ts from "typescript";

/**
 * Checks the files of all these projects as one program, and gives what `tsc` would print
 * of them. What they import from other projects is read, and checked there.
 *
 * @throws Error if the projects' options are not the same.
 */
export function checkProjects(projects: readonly string[], root: string): string {
  const parsed = projects.map((project) => parse(`${root}${project}`));
  const [first] = parsed;
  if (first === undefined) return "";
  for (const [index, { options }] of parsed.entries()) {
    if (isDeepStrictEqual(withoutPath(options), withoutPath(first.options))) continue;
    throw new Error(`${projects[0]} and ${projects[index]} differ in their options: check them apart.`);
  }
  const own = new Set(parsed.flatMap(({ fileNames }) => fileNames));
  const program = ts.createProgram({ rootNames: [...own], options: { ...first.options, noEmit: true } });
  const diagnostics = [
    ...parsed.flatMap(({ errors }) => errors),
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
  ];
  for (const file of program.getSourceFiles()) {
    if (!own.has(file.fileName)) continue;
    diagnostics.push(...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file));
    if (first.options.declaration) diagnostics.push(...program.getDeclarationDiagnostics(file));
  }
  return ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(diagnostics), {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  });
}

function parse(project: string): ts.ParsedCommandLine {
  const onUnrecoverable = (diagnostic: ts.Diagnostic): never => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
  };
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: onUnrecoverable };
  const parsed = ts.getParsedCommandLineOfConfigFile(project, undefined, host);
  if (parsed === undefined) throw new Error(`There is no ${project}.`);
  return parsed;
}

function withoutPath({ configFilePath: _, ...options }: ts.CompilerOptions): ts.CompilerOptions {
  return options;
}
