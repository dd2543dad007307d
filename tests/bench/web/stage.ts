/** What is compared: a page that shows what a client draws. */

import type { Change } from "./content.ts";
import type { ProbedPage } from "./probe.ts";

/** Has one frame drawn. @returns When the client had its pixels, by `nowMs`. */
export type Show = (number: number) => Promise<number>;

export interface Stage extends AsyncDisposable {
  readonly name: string;
  readonly page: ProbedPage;
  /** Opens the terminal on the page and begins to watch it. */
  openTerminal(): Promise<Show>;
  /** Likewise the desktop, for one kind of change. */
  openDesktop(change: Change): Promise<Show>;
  /** CPU time of the processes between the client and the browser, in milliseconds. */
  cpuMs(): number;
}
