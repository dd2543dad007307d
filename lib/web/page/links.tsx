/**
 * Further links to the page: made, listed and withdrawn.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Row } from "../../control/operations.ts";
import { call } from "./api.ts";
import { clients } from "./clients.ts";
import { copyText } from "./copy.ts";
import { count, nameOf } from "./format.ts";
import { Icon } from "./icons.tsx";
import { session } from "./session.ts";
import { notify, notifyFailure } from "./toasts.ts";

const HOUR_S = 3600;
const LIFETIMES = [
  [HOUR_S, "for an hour"],
  [24 * HOUR_S, "for a day"],
  [7 * 24 * HOUR_S, "for a week"],
  [0, "until it is withdrawn"],
] as const;

export function LinksButton() {
  const dialog = useRef<HTMLDialogElement>(null);
  const links = useSignal<readonly Row<"links">[]>([]);
  const refresh = () => call("links", {}).then((listed) => links.value = listed, notifyFailure);
  const show = () => {
    void refresh();
    dialog.current!.showModal();
  };
  const withdraw = async (link: number) => {
    try {
      await call("unlink", { link });
      notify("The link is withdrawn");
    } catch (error) {
      notifyFailure(error);
    }
    void refresh();
  };
  return (
    <>
      <button type="button" class="tool wide" aria-label="Share" title="Share" onClick={show}>
        <Icon name="link" />
        <span>Share</span>
      </button>
      <dialog ref={dialog} class="links" aria-labelledby="links-title">
        <header>
          <h2 id="links-title">Links to this page</h2>
          <button
            type="button"
            class="tool"
            aria-label="Close"
            onClick={() => dialog.current!.close()}
          >
            <Icon name="close" />
          </button>
        </header>
        <NewLink onMade={() => void refresh()} />
        <ul class="rows">
          {links.value.map((link) => (
            <li key={link.id}>
              <span>
                <strong>{link.rights === "look" ? "Look only" : "Everything"}</strong>
                <span class="quiet">{describe(link)}</span>
              </span>
              <button type="button" onClick={() => void withdraw(link.id)}>Withdraw</button>
            </li>
          ))}
        </ul>
      </dialog>
    </>
  );
}

function describe({ client, expires, logins, views }: Row<"links">): string {
  const parts = [
    client === undefined ? "all clients" : `client ${client}`,
    expires === undefined ? "" : `until ${new Date(expires).toLocaleString()}`,
    `opened ${count(logins, "time")}`,
    views === 0 ? "" : count(views, "open view"),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function NewLink({ onMade }: { readonly onMade: () => void }) {
  const url = useSignal("");
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const seconds = Number(form.get("lifetime"));
    const client = String(form.get("client"));
    try {
      const link = await call("link", {
        read_only: form.get("rights") === "look",
        ...(client !== "" && { client }),
        ...(seconds > 0 && { seconds }),
      });
      url.value = link.url;
      onMade();
    } catch (error) {
      notifyFailure(error);
    }
  };
  return (
    <form class="new-link" onSubmit={(event) => void make(event)}>
      <label>
        <span>May</span>
        <select name="rights">
          <option value="look">look only</option>
          <option value="all">do everything</option>
        </select>
      </label>
      <label>
        <span>With</span>
        <select name="client">
          <option value="">
            {session.value?.host === undefined ? "all clients" : "all clients of all hosts"}
          </option>
          {clients.value.filter(({ host }) => host === undefined).map(({ client }) => (
            <option key={client.id} value={client.id}>{nameOf(client)} ({client.id})</option>
          ))}
        </select>
      </label>
      <label>
        <span>Valid</span>
        <select name="lifetime">
          {LIFETIMES.map(([seconds, text]) => <option key={seconds} value={seconds}>{text}
          </option>)}
        </select>
      </label>
      <button type="submit" class="primary">Make a link</button>
      {url.value !== "" && (
        <p class="made" role="status">
          <label class="hidden" for="made-link">The new link</label>
          <input id="made-link" class="mono" readOnly value={url} onFocus={select} />
          <button type="button" onClick={() => void copyText(url.value, "The link is copied")}>
            Copy
          </button>
          <span class="quiet">It is shown this once. Its holder needs nothing else.</span>
        </p>
      )}
    </form>
  );
}

function select({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void {
  currentTarget.select();
}
