/**
 * Which page is shown.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ClientPage } from "./client_page.tsx";
import { ConnectionNotice } from "./connection_notice.tsx";
import { Home } from "./home.tsx";
import { Login } from "./login.tsx";
import { parseRoute, type Route } from "./route.ts";
import { connection, open, session } from "./session.ts";
import { Toasts } from "./toast_list.tsx";

const route = signal<Route>(parseRoute(location.hash));

function onHashChange(): void {
  const next = parseRoute(location.hash);
  if (next.page === "login") {
    history.replaceState(null, "", location.pathname);
    void open(next.token);
  }
  route.value = next.page === "login" ? { page: "home" } : next;
}

export function App() {
  useEffect(() => {
    globalThis.addEventListener("hashchange", onHashChange);
    return () => globalThis.removeEventListener("hashchange", onHashChange);
  }, []);
  return (
    <>
      <Page />
      <ConnectionNotice />
      <Toasts />
    </>
  );
}

function Page() {
  if (connection.value.state === "refused") return <Login why={connection.value.why} />;
  if (session.value === undefined) return <main class="opening" aria-busy="true" />;
  const only = session.value.client;
  if (only !== undefined) return <ClientPage key={only} client={String(only)} isOnly />;
  return route.value.page === "client"
    ? <ClientPage key={route.value.client} client={route.value.client} isOnly={false} />
    : <Home />;
}
