import { dirname, resolve } from "node:path";
import ts from "typescript";
import type { CodeBlock } from "./code-blocks.ts";

/** A block, and the document it stands in. */
export interface DocumentedBlock {
  readonly document: string;
  readonly block: CodeBlock;
}

/** Compiles all blocks with the options of `tsconfig`, and gives each problem as `document:line: message`. */
export function typeCheck(blocks: readonly DocumentedBlock[], tsconfig: string): string[] {
  const { config } = ts.readConfigFile(tsconfig, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, include: [], files: [] },
    ts.sys,
    dirname(tsconfig),
  );
  const sources = new Map(
    // Nothing is written: the files exist only in here, beside the tsconfig, so that packages are found.
    blocks.map((block, index) => [resolve(dirname(tsconfig), `documented-block-${index}.ts`), block]),
  );
  const host = ts.createCompilerHost(options);
  const onDisk = { fileExists: host.fileExists, readFile: host.readFile, getSourceFile: host.getSourceFile };
  host.fileExists = (file) => sources.has(file) || onDisk.fileExists(file);
  host.readFile = (file) => sources.get(file)?.block.code ?? onDisk.readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const source = sources.get(file);
    if (source === undefined) return onDisk.getSourceFile(file, ...rest);
    return ts.createSourceFile(file, source.block.code, options.target ?? ts.ScriptTarget.ES2022, true);
  };
  const program = ts.createProgram({
    rootNames: [...sources.keys()],
    options: { ...options, noEmit: true },
    host,
  });
  // Only of the blocks: what is wrong in the SDK's sources is not theirs to report.
  const found = [...sources.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  return [...program.getOptionsDiagnostics(), ...found].map((diagnostic) => describe(diagnostic, sources));
}

function describe(diagnostic: ts.Diagnostic, sources: ReadonlyMap<string, DocumentedBlock>): string {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  const source = diagnostic.file && sources.get(diagnostic.file.fileName);
  if (diagnostic.file === undefined || source === undefined) return message;
  const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
  const { block, document } = source;
  // An error in a hidden line is shown on the block's first one.
  return `${document}:${block.line + Math.max(0, line - block.hiddenLines)}: ${message}`;
}
