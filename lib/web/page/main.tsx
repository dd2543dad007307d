/**
 * The page that shows clients in a browser.
 *
 * @module
 */

import { render } from "preact";
import { App } from "./app.tsx";
import { parseRoute } from "./route.ts";
import { open, watchConnection } from "./session.ts";
import { applyTheme } from "./theme.tsx";

applyTheme();
const route = parseRoute(location.hash);
if (route.page === "login") {
  // The token must not stay in the address, where others see it, nor in the history.
  history.replaceState(null, "", location.pathname);
}
void open(route.page === "login" ? route.token : undefined);
watchConnection();
render(<App />, document.body);
