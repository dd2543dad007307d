/** Leaves a Unix socket behind, as a program does that is killed. */
export async function leaveStale(path: string): Promise<void> {
  const kept = `${path}.kept`;
  const socket = Deno.listen({ transport: "unix", path });
  await Deno.link(path, kept);
  socket.close();
  await Deno.rename(kept, path);
}
