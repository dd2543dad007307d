/** The users of NATS that `lib/fleet/README.md` gives as an example. */

const README = Deno.readTextFileSync(new URL("../../lib/fleet/README.md", import.meta.url));
const [, EXAMPLE] = /^```\n(authorization \{[^]*?)```$/m.exec(README)!;

/** The password of all of them. */
export const PASSWORD = "PASSWORD";

/**
 * The configuration of a server.
 *
 * @param fleet The name of the fleet.
 * @param more Further users, in the syntax of the example.
 */
export function exampleUsers(fleet: string, more = ""): string {
  return EXAMPLE!.replaceAll("FLEET", fleet).replace("users: [", `$&\n${more}`);
}
