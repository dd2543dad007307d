/**
 * What a verb returns that sends something.
 *
 * @module
 */

/**
 * Whether something was sent: `false` when it was not and will not be, `true` when it was, and a
 * promise when it waits for its turn. The promise becomes `true` when all of it was sent, `false` when
 * the client has ended before; it never rejects. `await` takes all three.
 */
export type Sent = boolean | Promise<boolean>;
