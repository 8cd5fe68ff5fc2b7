import {
  type AdminClient,
  adminClient,
  type InvocationFilter,
  type InvocationRow,
  type JournalRow,
  lookingClient,
  type ValueRow,
} from "../../support/admin.ts";

/** What can be seen of an engine beside its faces. */
export interface EngineTables {
  invocations(filter: InvocationFilter): Promise<InvocationRow[]>;
  journal(id: string): Promise<JournalRow[]>;
  values(): Promise<ValueRow[]>;
}

/** The engine answers no SQL; what it holds is read from beside its faces. */
export function engineAdminClient(adminUrl: string, tables: EngineTables): AdminClient {
  return { ...adminClient(adminUrl), ...lookingClient(tables) };
}

/** Tables that a server of `inspection-server.ts` shows. */
export function inspectionTables(inspectionUrl: string): EngineTables {
  async function rows<Row>(path: string, filter: object): Promise<Row[]> {
    const search = new URLSearchParams(Object.entries(filter) as [string, string][]);
    const response = await fetch(`${inspectionUrl}${path}?${search}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Row[];
  }

  return {
    invocations: (filter) => rows("/invocations", filter),
    journal: (id) => rows("/journal", { id }),
    values: () => rows("/values", {}),
  };
}
