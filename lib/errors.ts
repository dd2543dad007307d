/**
 * Every way this library fails, as a closed set of codes.
 *
 * The `code` is the contract: tests, logs and vectors compare it. The text is for people and says
 * the value and the limit. No error text ever holds a secret, a private key or a session key.
 *
 * @module
 */

/** The caller used the API against its contract. */
export type ApiMisuseCode =
  | "bad-argument"
  | "bad-handler"
  | "bad-name"
  | "bad-secret"
  | "queue-full"
  | "too-late"
  | "wrong-state"
  | "unsafe-verb";

/** The peer sent bytes that no implementation could have meant. */
export type MalformedCode =
  | "bad-mac"
  | "bad-packet-type"
  | "bad-sequence"
  | "not-a12"
  | "bad-hello-mode"
  | "bad-role"
  | "bad-proxy-header"
  | "truncated";

/** The peer sent well-formed packets at a time or in a way that the protocol forbids. */
export type MisbehavedCode =
  | "command-before-auth"
  | "packet-before-auth"
  | "hello-after-auth"
  | "second-ephemeral"
  | "rekey-not-theirs"
  | "rekey-bad-mode";

/** The peer is sound but is not something that this end can talk to. */
export type IncompatibleCode = "role-refused";

/** The peer did not prove that it may log in. */
export type AuthCode =
  | "wrong-secret"
  | "unknown-key"
  | "key-not-for-name"
  | "key-expired"
  | "address-not-allowed"
  | "bad-conditions"
  | "key-removed"
  | "too-many-of-key"
  | "not-authorized"
  | "low-order-key"
  | "not-proven"
  | "no-slot-left"
  | "direct-refused"
  | "login-refused"
  | "key-refused"
  | "untrusted-server";

/** The peer asked for more than a limit of `limits.ts` allows. */
export type LimitCode =
  | "too-many-connections"
  | "too-many-unauthenticated"
  | "too-many-frames"
  | "output-queue-full"
  | "output-stalled"
  | "listener-closed"
  | "secret-changed"
  | "login-timeout"
  | "client-gone"
  | "max-idle"
  | "max-session";

/** One stream (frame, audio or binary transfer) is unusable; the connection goes on. */
export type StreamCode =
  | "bad-surface-size"
  | "region-outside-surface"
  | "bad-expanded-length"
  | "bad-length"
  | "unknown-format"
  | "unsupported-format"
  | "bad-zstd"
  | "zstd-truncated"
  | "zstd-size"
  | "bad-tpack"
  | "no-base-frame"
  | "memory-limit"
  | "stream-too-long"
  | "bad-checksum"
  | "cancelled"
  | "too-many-streams"
  | "too-many-events"
  | "bad-audio-format"
  | "reader-stalled"
  | "bad-h264"
  | "h264-profile"
  | "h264-size"
  | "decoder-timeout"
  | "decoder-failed"
  | "too-many-decoders";

/** A file or directory of the keystore is unusable. */
export type KeystoreCode =
  | "keystore-unreadable"
  | "keystore-unwritable"
  | "bad-line"
  | "bad-key"
  | "bad-tag"
  | "bad-host"
  | "bad-conditions"
  | "no-such-key"
  | "permissions-too-open"
  /** No server of the fleet has answered for so long that keys may have been removed. */
  | "keystore-stale"
  /** Root uses the keystore of another user, and that user cannot read what root writes. */
  | "foreign-keystore";

/** The socket failed or went away. */
export type TransportCode =
  | "connection-lost"
  | "port-in-use"
  | "bad-address"
  | "permission-denied"
  | "listen-failed"
  | "connect-failed"
  | "internal-error";

/** The control interface cannot do what it was asked. */
export type ControlCode =
  | "no-such-path"
  | "no-such-client"
  | "no-such-file"
  | "no-such-recording"
  | "transfer-failed"
  | "ambiguous-client"
  | "nothing-shown"
  | "not-taken"
  | "bad-method"
  | "body-too-large"
  | "body-timeout"
  | "busy"
  | "no-listener"
  | "several-listeners"
  | "control-failed"
  | "control-in-use"
  | "not-allowed"
  | "no-web"
  | "no-such-link"
  | "no-session"
  | "bad-link"
  | "wrong-host"
  | "wrong-origin"
  | "draining"
  | "closed"
  | "keystore-stale";

/** The servers that the listeners of a fleet share cannot be used. */
export type FleetCode =
  | "fleet-unreachable"
  /** The servers do not know the user, or do not let the user do it. */
  | "fleet-refused"
  | "fleet-failed"
  | "no-such-host"
  | "ambiguous-host"
  /** A host does not answer, is silent, or messages were lost. */
  | "host-unreachable";

/** Every code that an {@linkcode A12Error} can have. */
export type ErrorCode =
  | ApiMisuseCode
  | MalformedCode
  | MisbehavedCode
  | IncompatibleCode
  | AuthCode
  | LimitCode
  | StreamCode
  | KeystoreCode
  | TransportCode
  | ControlCode
  | FleetCode;

/**
 * The base of every error that this library throws on purpose.
 *
 * @typeParam Code The reasons that this class of errors can have.
 */
export abstract class A12Error<Code extends ErrorCode = ErrorCode> extends Error {
  /** The machine-readable reason. */
  readonly code: Code;

  /**
   * Makes the error.
   *
   * @param code The machine-readable reason.
   * @param message One line for people, with the value and the limit, without a full stop.
   * @param options The error that caused this one.
   */
  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** The caller used the API against its contract; nothing was sent or changed. */
export class ApiMisuseError extends A12Error<ApiMisuseCode> {}

/** A fault of the peer; it ends the connection. */
export abstract class PeerError<Code extends ErrorCode = ErrorCode> extends A12Error<Code> {}

/** The peer sent bytes that no implementation could have meant. */
export class MalformedError extends PeerError<MalformedCode> {}

/** The peer sent something at a time or in a way that the protocol forbids. */
export class MisbehavedError extends PeerError<MisbehavedCode> {}

/** The peer is sound but is not something that this end can talk to. */
export class IncompatibleError extends PeerError<IncompatibleCode> {}

/** The peer did not prove that it may log in. */
export class AuthError extends PeerError<AuthCode> {
  /** What the keystore's owner knows the refused key by. */
  readonly comment: string | undefined;

  /**
   * Makes the error.
   *
   * @param code The reason.
   * @param message One line for people.
   * @param options The error that caused this one, and the comment of the refused key.
   */
  constructor(
    code: AuthCode,
    message: string,
    options: ErrorOptions & { comment?: string | undefined } = {},
  ) {
    super(code, message, options);
    this.comment = options.comment;
  }
}

/** The peer went over a limit of `limits.ts`. */
export class LimitError extends PeerError<LimitCode> {}

/** One stream of the peer is unusable; it is cancelled and the connection goes on. */
export class StreamError extends A12Error<StreamCode> {}

/** A file or directory of the keystore is unusable. */
export class KeystoreError extends A12Error<KeystoreCode> {
  /** The file or directory. */
  readonly path: string | undefined;
  /** The line within the file, from 1. */
  readonly line: number | undefined;

  /**
   * Makes the error.
   *
   * @param code The reason.
   * @param message One line for people.
   * @param where The file and the line, from 1.
   * @param options The error that caused this one.
   */
  constructor(
    code: KeystoreCode,
    message: string,
    where: { path?: string; line?: number } = {},
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.path = where.path;
    this.line = where.line;
  }
}

/** The control interface cannot do what it was asked. */
export class ControlError extends A12Error<ControlCode> {}

/** The servers that the listeners of a fleet share cannot be used. */
export class FleetError extends A12Error<FleetCode> {}

/** The socket failed or went away. */
export class TransportError extends A12Error<TransportCode> {}

/** How Deno says that a permission is missing. */
const NOT_PERMITTED = /Requires (\w+) access to "(.*?)", run again with the --allow-\w+ flag/;

/**
 * The message of something that was thrown. One about a missing permission of Deno names the flag with
 * its value, which permits that and nothing else.
 *
 * @param thrown An error, or any other value.
 */
export function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replace(NOT_PERMITTED, "Deno does not permit it without --allow-$1=$2");
}
