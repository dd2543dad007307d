/**
 * The log as it comes.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { lines } from "./api.ts";
import { type LogLine, readLogLine } from "./log_line.ts";
import { Section } from "./section.tsx";
import { connection } from "./session.ts";
import { useVisible } from "./visible.ts";

/** How many lines are kept. */
const MOST_LINES = 500;
/** A reader that is this near to the end follows it. */
const NEAR_PX = 40;

export function Log() {
  return (
    <Section title="Log">
      <Lines />
    </Section>
  );
}

function Lines() {
  const log = useSignal<readonly LogLine[]>([]);
  const list = useRef<HTMLDivElement>(null);
  const isWanted = useVisible() && connection.value.state === "online";
  useEffect(() => {
    if (!isWanted) return;
    const ending = new AbortController();
    void read(ending.signal, (line) => log.value = [...log.value, line].slice(-MOST_LINES));
    // The last lines come again with each connection.
    return () => {
      ending.abort();
      log.value = [];
    };
  }, [isWanted]);
  const { length } = log.value;
  useEffect(() => {
    const { current } = list;
    if (current === null) return;
    const { scrollHeight, scrollTop, clientHeight } = current;
    const last = current.querySelector("li:last-child")?.clientHeight ?? 0;
    if (scrollHeight - scrollTop - clientHeight - last < NEAR_PX || scrollTop === 0) {
      current.scrollTop = scrollHeight;
    }
  }, [log.value, length]);
  return (
    <div class="log" ref={list} tabIndex={0} role="log" aria-label="Log">
      <ol>
        {log.value.map((line) => (
          <li key={line.number} data-level={line.level}>
            <time dateTime={line.time}>{new Date(line.time).toLocaleTimeString()}</time>{" "}
            <strong>{line.event}</strong> <span>{line.rest}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

async function read(signal: AbortSignal, onLine: (line: LogLine) => void): Promise<void> {
  let number = 0;
  try {
    for await (const text of lines("log", signal)) {
      const line = readLogLine(text, number++);
      if (line !== undefined) onLine(line);
    }
  } catch {
    // It comes again with the connection, which has a notice of its own.
  }
}
