/**
 * What is said when a view of a client of another host is opened.
 *
 * @module
 */

import type { ViewOptions } from "../../control/mod.ts";

/** The kind of the exchanges that carry views. */
export const VIEW_KIND = "view";

/** The head of the host that shows the view; the access of the exchange gives the rights. */
export interface ViewRequest extends Pick<ViewOptions, "mode"> {
  readonly kind: typeof VIEW_KIND;
  /** The client, as a word that its host understands. */
  readonly client: string;
}
