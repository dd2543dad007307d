/**
 * Strangers that knock: let in or ignored with one click.
 *
 * @module
 */

import { useComputed, useSignal } from "@preact/signals";
import { call } from "./api.ts";
import { type Knock, knocks } from "./clients.ts";
import { age, count, plain } from "./format.ts";
import { now } from "./now.ts";
import { session } from "./session.ts";
import { notify, notifyFailure } from "./toasts.ts";

export function Knocks() {
  const { length } = knocks.value;
  return (
    <section id="knocks" tabIndex={-1} aria-labelledby="knocks-title">
      <h2 id="knocks-title">
        Strangers <span class="number">{length}</span>
      </h2>
      {length === 0 ? <p class="quiet">No unknown key has knocked.</p> : (
        <>
          <p class="quiet">
            Their keys are claimed and not proved. Compare the fingerprint with the one that the
            other machine shows, then let it in: it can connect from its next try on.
          </p>
          <ul class="knocks">
            {knocks.value.map((knock) => <KnockRow key={knock.public_key} knock={knock} />)}
          </ul>
        </>
      )}
      <p class="hidden" role="status">
        {length > 0 && `${count(length, "stranger")} at the door`}
      </p>
    </section>
  );
}

function KnockRow({ knock }: { readonly knock: Knock }) {
  const comment = useSignal("");
  const isBusy = useSignal(false);
  const { key, public_key } = knock;
  const last = useComputed(() => age(Date.parse(knock.last), now.value));
  const run = async (operation: () => Promise<unknown>, done: string) => {
    isBusy.value = true;
    try {
      await operation();
      knocks.value = knocks.value.filter((each) => each.public_key !== public_key);
      notify(done);
    } catch (error) {
      notifyFailure(error);
    } finally {
      isBusy.value = false;
    }
  };
  const letIn = (event: Event) => {
    event.preventDefault();
    const name = comment.value.trim();
    void run(
      () => call("accept", { key, ...(name !== "" && { comment: name }) }),
      `${name || key} may log in now`,
    );
  };
  const listener = session.value?.listener.name;
  const ago = last.value === "now" ? "just now" : `${last.value} ago`;
  return (
    <li>
      <p class="who">
        <span class="mono key" title={public_key}>{key}</span>
        <span class="facts">
          <span class="mono">{knock.address}</span>
          <span>{count(knock.count, "time")}, {ago}</span>
          {knock.name !== undefined && knock.name !== listener && (
            <span>for {plain(knock.name)}</span>
          )}
        </span>
      </p>
      <form onSubmit={letIn}>
        <label class="hidden" for={`name-${key}`}>Name for the key {key}</label>
        <input
          id={`name-${key}`}
          type="text"
          placeholder="Name, such as Anna’s laptop"
          maxLength={100}
          autocomplete="off"
          value={comment}
          onInput={({ currentTarget }) => comment.value = currentTarget.value}
        />
        <button type="submit" class="primary" disabled={isBusy}>Let in</button>
        <button
          type="button"
          disabled={isBusy}
          onClick={() => void run(() => call("ignore", { key }), `${key} is ignored`)}
        >
          Ignore
        </button>
      </form>
    </li>
  );
}
