/** What was typed one a line, or with commas between, each once. */
export function listOf(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((line) => line.trim()).filter(Boolean))];
}
