import type { Store } from "@perdure/engine/internal";
import type { Activity } from "./activity.ts";

/** A store of which is known whether something is on its way. */
export interface WatchedStore extends Store {
  readonly underWay: number;
}

export function watchStore(store: Store, activity: Activity): WatchedStore {
  let underWay = 0;
  async function watch<T>(work: Promise<T>): Promise<T> {
    underWay += 1;
    activity.note();
    try {
      return await work;
    } finally {
      underWay -= 1;
      activity.note();
    }
  }
  return {
    get underWay() {
      return underWay;
    },
    recover: (...args) => store.recover(...args),
    commit: (writes) => watch(store.commit(writes)),
    read: (key) => watch(store.read(key)),
    close: () => store.close(),
  };
}
