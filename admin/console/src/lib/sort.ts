export interface Order<Column extends string> {
  by: Column;
  down: boolean;
}

type Value = string | number;

/** A sorted copy. Text is compared by code points, as S3 lists keys; what is equal keeps its order. */
export function sorted<T, Column extends string>(
  items: readonly T[],
  order: Order<Column>,
  value: (item: T, by: Column) => Value,
): T[] {
  const sign = order.down ? -1 : 1;
  return [...items].sort((a, b) => {
    const left = value(a, order.by);
    const right = value(b, order.by);
    return left < right ? -sign : left > right ? sign : 0;
  });
}
