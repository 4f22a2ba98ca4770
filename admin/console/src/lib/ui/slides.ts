/** A row that can be scrolled sideways: its edge fades where there is more of it. */
export function slides(row: HTMLElement): () => void {
  const look = () => {
    const rest = row.scrollWidth - row.clientWidth;
    row.classList.toggle('more-before', row.scrollLeft > 1);
    row.classList.toggle('more-after', rest - row.scrollLeft > 1);
  };
  const watch = new ResizeObserver(look);
  watch.observe(row);
  for (const each of row.children) watch.observe(each);
  row.addEventListener('scroll', look, { passive: true });
  // The one that is chosen may lie beyond the edge.
  row.querySelector('[aria-current], [aria-pressed="true"]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  look();
  return () => {
    watch.disconnect();
    row.removeEventListener('scroll', look);
  };
}
