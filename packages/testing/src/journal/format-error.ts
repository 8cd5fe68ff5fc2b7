/** What is read is no recorded journal, or a damaged one. Nothing of it was used. */
export class JournalFormatError extends Error {
  override name = "JournalFormatError";
  /** The file or address it came from, if one is known. */
  readonly source: string | undefined;
  /** Where in the journal, for example `entries[3].result`; empty for the journal as a whole. */
  readonly where: string;

  constructor(problem: string, facts: { readonly where: string; readonly source?: string | undefined }) {
    const place = [facts.source, facts.where].filter((part) => part !== undefined && part !== "");
    super(place.length === 0 ? problem : `${place.join(": ")}: ${problem}`);
    this.source = facts.source;
    this.where = facts.where;
  }
}
