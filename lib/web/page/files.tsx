export function ClientFiles(_: { readonly client: number }) {
  return null;
}
export function sendFiles(_client: number, _files: Iterable<File>): void {}
