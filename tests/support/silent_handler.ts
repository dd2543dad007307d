import type { ListenHandler } from "../../lib/mod.ts";

/** Takes every client, and prints nothing. */
const handler: ListenHandler = (source, status) => {
  if (status.kind === "segment_request") source.acceptTarget(() => {});
};
export default handler;
