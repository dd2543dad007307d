/** Tables as the README has them. */

export function printHead(title: string, columns: readonly string[]): void {
  console.log();
  printRow(title, columns);
  printRow("---", columns.map(() => "---:"));
}

export function printRow(title: string, cells: readonly string[]): void {
  console.log(`| ${[title, ...cells].join(" | ")} |`);
}
