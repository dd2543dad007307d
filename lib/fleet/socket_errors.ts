/**
 * Errors of sockets that the client of NATS does not take.
 *
 * @module
 */

let isGuarded = false;

/**
 * Keeps the process when a socket fails at a moment at which the client listens to no errors of it: it
 * takes its listeners away while it goes from one phase of a connection to the next. The attempt then
 * fails by its timeout.
 */
export function outliveSocketErrors(): void {
  if (isGuarded) return;
  isGuarded = true;
  globalThis.addEventListener("error", (event) => {
    if (isSocketError(event.error)) event.preventDefault();
  });
}

function isSocketError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return typeof code === "string" && (syscall === "read" || code.startsWith("ERR_SSL_"));
}
