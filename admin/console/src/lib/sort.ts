export interface Order<Column extends string> {
  by: Column;
  down: boolean;
}

type Value = string | number;

/** A sorted copy. Text is compared by its units in UTF-16, which S3 does but for the rarest signs; what is equal keeps its order. */
export function sorted<T, Column extends string>(
  items: readonly T[],
  order: Order<Column>,
  value: (item: T, by: Column) => Value,
): T[] {
  const sign = order.down ? -1 : 1;
  return items
    .map((item) => ({ item, by: value(item, order.by) }))
    .sort((a, b) => (a.by < b.by ? -sign : a.by > b.by ? sign : 0))
    .map(({ item }) => item);
}
