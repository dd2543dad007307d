/**
 * Bounds and time-outs of the page in the browser.
 *
 * @module
 */

/** Links at once: one a person or screen that looks on. */
export const MAX_WEB_LINKS = 64;

/** How long a link may last, in seconds: ten years. */
export const MAX_WEB_LINK_SECONDS = 315_360_000;

/** The longest time that one timer can wait, in milliseconds; expiries beyond it take several. */
export const MAX_TIMER_MS = 2_147_483_647;

/** Requests with a cookie that are being answered; each holds a body of up to 1 MiB. */
export const MAX_WEB_REQUESTS = 128;

/** Logins that are being answered: strangers that send slowly hold up other logins, and no requests. */
export const MAX_WEB_LOGINS = 32;

/** The body of a login, in bytes: a token with its name. */
export const MAX_WEB_LOGIN_BYTES = 256;

/** How long the body of a login may take; it fits the packet of its head. */
export const WEB_LOGIN_TIMEOUT_MS = 2_000;

/** Logins with a wrong token in a minute that are answered and logged one by one. */
export const MAX_WEB_FAILED_LOGINS = 30;

/** The time in which {@linkcode MAX_WEB_FAILED_LOGINS} are counted. */
export const WEB_FAILED_LOGINS_MS = 60_000;

/** Cookies of our name in a request that are looked at; another port of the host may set such, too. */
export const MAX_WEB_COOKIES = 8;

/** Open views of all links: walls of tiles, one WebSocket each. */
export const MAX_WEB_VIEWS = 256;

/**
 * Views of one link, so that one that was given away leaves room for the others. A closed one counts until
 * its connection is gone: a viewer that does not answer keeps it.
 */
export const MAX_WEB_VIEWS_PER_LINK = 128;

/** Streams of records, log lines and files that one link reads at once; a page has two or three. */
export const MAX_WEB_STREAMS_PER_LINK = 32;

/** A message of a viewer, in bytes; room for the longest text that is pasted, with its escapes. */
export const MAX_WEB_MESSAGE_BYTES = 1 << 20;

/** Messages of a viewer in a second, for long; a mouse reports its position 1000 times. */
export const WEB_MESSAGES_PER_SECOND = 2_000;

/** Messages of a viewer at once. */
export const WEB_MESSAGES_BURST = 4_000;

/** How long messages of a viewer are read after too many, so that it gets the reason. */
export const WEB_LINGER_MS = 500;

/** What may wait for a viewer to be sent, in bytes; two pictures of 4096x2304 fit. */
export const MAX_WEB_WAITING_BYTES = 64 << 20;

/** How long a viewer may be silent, in seconds, before it has to answer a ping; and then for that. */
export const WEB_IDLE_SECONDS = 30;

/** The reason of a closed WebSocket, in bytes; its frame has room for no more. */
export const MAX_WEB_REASON_BYTES = 123;

/** Different defects in serving the page that are logged; there should be none. */
export const MAX_WEB_FAILURES = 16;
