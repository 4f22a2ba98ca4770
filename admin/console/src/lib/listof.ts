/** What was typed one a line, or with commas between. */
export function listOf(text: string): string[] {
  return text.split(/[\n,]/).map((line) => line.trim()).filter(Boolean);
}
