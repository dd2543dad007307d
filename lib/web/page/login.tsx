/**
 * What is shown without a valid link.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { sentence } from "./format.ts";
import { tokenOf } from "./route.ts";
import { open } from "./session.ts";

export function Login({ why }: { readonly why: string }) {
  const pasted = useSignal("");
  const fault = useSignal("");
  const submit = (event: Event) => {
    event.preventDefault();
    const token = tokenOf(pasted.value);
    if (token === undefined) fault.value = "This is no link of a listener.";
    else void open(token);
  };
  return (
    <main class="login">
      <img
        class="mark"
        src={document.querySelector<HTMLLinkElement>("link[rel=icon]")!.href}
        alt=""
      />
      <h1>Open this page by its link</h1>
      <p>
        <code>listen --web</code> prints a link, and <code>ctl link</code>{" "}
        makes further ones. A link ends when it expires or is withdrawn, and with its listener.
      </p>
      <form onSubmit={submit}>
        <label for="link">Link</label>
        <div class="row">
          <input
            id="link"
            type="text"
            autocomplete="off"
            spellcheck={false}
            placeholder={`${location.origin}/#…`}
            value={pasted}
            onInput={({ currentTarget }) => pasted.value = currentTarget.value}
            aria-describedby="link-fault"
          />
          <button type="submit" class="primary">Open</button>
        </div>
        <p id="link-fault" class="fault" role="alert">{fault.value || sentence(why)}</p>
      </form>
    </main>
  );
}
