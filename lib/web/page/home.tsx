/**
 * All clients as tiles, and below them what else there is to see and to decide.
 *
 * @module
 */

import { useEffect } from "preact/hooks";
import { clients, follow, isListed, knocks } from "./clients.ts";
import { count } from "./format.ts";
import { HostBar, HostGroup, Tiles } from "./host_group.tsx";
import { followHosts, type Host, hosts } from "./hosts.ts";
import { KeyList } from "./key_list.tsx";
import { Knocks } from "./knocks.tsx";
import { LinksButton } from "./links.tsx";
import { Log } from "./log.tsx";
import { RecordingsSection } from "./recordings_section.tsx";
import { connection, generation, mayDrive, mayManage, session } from "./session.ts";
import { ThemeButton } from "./theme.tsx";
import { useVisible } from "./visible.ts";

export function Home() {
  const isVisible = useVisible();
  const isOnline = connection.value.state === "online";
  const connected = generation.value;
  useEffect(() => {
    if (!isVisible || !isOnline) return;
    const ending = new AbortController();
    follow(ending.signal);
    if (session.peek()!.host !== undefined) followHosts(ending.signal);
    return () => ending.abort();
  }, [isVisible, isOnline, connected]);
  const { listener } = session.value!;
  const name = listener.name ?? "listener";
  const there = clients.value.filter(({ lastWords }) => lastWords === undefined).length;
  useEffect(() => {
    document.title = there === 0 ? `${name} · net-listen` : `(${there}) ${name} · net-listen`;
  }, [there, name]);
  return (
    <>
      <header class="bar">
        <a class="brand" href="#/" aria-label="net-listen, all clients">
          <img src={document.querySelector<HTMLLinkElement>("link[rel=icon]")!.href} alt="" />
          <span>net-listen</span>
        </a>
        <p class="where">
          <strong>{name}</strong> <span class="quiet">{listener.addresses.join("  ")}</span>
        </p>
        {mayManage.value && knocks.value.length > 0 && (
          <a class="knocking" href="#knocks" onClick={goTo}>
            {count(knocks.value.length, "stranger")}
          </a>
        )}
        {!mayDrive.value && <span class="badge">look only</span>}
        {mayManage.value && <LinksButton />}
        <ThemeButton />
      </header>
      <main class="home">
        <section aria-labelledby="clients-title">
          <h1 id="clients-title">
            Clients <span class="number">{there}</span>
          </h1>
          {clients.value.length === 0 && isListed.value && <Nothing />}
          {hosts.value.length === 0 ? <Tiles clients={clients.value} /> : <Fleet />}
          <p class="hidden" role="status">{isListed.value && count(there, "client")}</p>
        </section>
        {mayManage.value && <Knocks />}
        {mayManage.value && <RecordingsSection />}
        {mayManage.value && <KeyList />}
        {mayManage.value && <Log />}
      </main>
    </>
  );
}

/** The clients of a fleet, by their hosts, this one first. */
function Fleet() {
  const { host: here, listener } = session.value!;
  const own = { id: here!, addresses: listener.addresses, is_silent: false };
  const all: readonly Host[] = [
    listener.name === undefined ? own : { ...own, name: listener.name },
    ...hosts.value,
  ];
  const groups = all.map((host) => {
    const id = host.id === here ? undefined : host.id;
    return { host, clients: clients.value.filter((shown) => shown.host === id) };
  });
  return (
    <>
      <HostBar
        hosts={groups.map(({ host, clients }) => ({
          ...host,
          count: clients.filter(({ lastWords }) => lastWords === undefined).length,
        }))}
      />
      {groups.map(({ host, clients }) => (
        <HostGroup key={host.id} host={host} clients={clients} isHere={host.id === here} />
      ))}
    </>
  );
}

/** The part of the address after # names clients, so it cannot name places of the page. */
function goTo(event: MouseEvent): void {
  event.preventDefault();
  const target = document.getElementById("knocks");
  target?.scrollIntoView();
  target?.focus();
}

function Nothing() {
  const { name = "NAME", addresses } = session.value!.listener;
  // A listener at all addresses of a machine does not know by which one others reach it.
  const address = addresses[0]?.replace(/^(?:0\.0\.0\.0|\[::\])(?=:)/, "HOST") ?? "HOST:PORT";
  return (
    <div class="nothing">
      <h2>No client yet</h2>
      <p>
        A program shows up here when it connects to <code>{address}</code>{" "}
        and its key is accepted for <code>{name}</code>. Unknown keys that try are listed below.
      </p>
      <pre>net-listen connect {address}</pre>
    </div>
  );
}
