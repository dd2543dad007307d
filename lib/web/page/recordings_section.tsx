/**
 * The recordings, loaded when they are opened.
 *
 * @module
 */

import type { ComponentType } from "preact";
import { lazy } from "./lazy.tsx";
import { Section } from "./section.tsx";

const Recordings: ComponentType = lazy(async () => (await import("./recordings.tsx")).Recordings);

export function RecordingsSection() {
  return (
    <Section title="Recordings">
      <Recordings />
    </Section>
  );
}
