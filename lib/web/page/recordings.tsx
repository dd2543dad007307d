export function Recordings() {
  return null;
}
export function RecordButton(_: { readonly client: number }) {
  return null;
}
