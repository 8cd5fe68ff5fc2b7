/** A binary heap: the item with the lowest `pos` comes out first. */
export class Heap<T extends { readonly pos: number }> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = items[up] as T;
      if (parent.pos <= item.pos) break;
      items[at] = parent;
      at = up;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    let at = 0;
    for (;;) {
      let down = at * 2 + 1;
      if (down >= items.length) break;
      if (down + 1 < items.length && (items[down + 1] as T).pos < (items[down] as T).pos) down += 1;
      const child = items[down] as T;
      if (child.pos >= last.pos) break;
      items[at] = child;
      at = down;
    }
    items[at] = last;
    return first;
  }
}
