/**
 * The audio of a segment.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE } from "../wire/constants.ts";
import type { KnownControl } from "../wire/control.ts";
import type { Outcome, StreamOutcome } from "./outcome.ts";
import { NOTHING } from "./outcome.ts";
import type { Segment } from "./segment.ts";

/** Takes an announcement. */
export function announceAudio(
  segment: Segment,
  header: KnownControl<"audioframe">,
): readonly StreamOutcome[] {
  try {
    segment.audio.begin(header);
    segment.isAudioRefused = false;
    return NOTHING;
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    // A source that announces the same format again and again is answered once.
    if (segment.isAudioRefused) return NOTHING;
    segment.isAudioRefused = true;
    const control = {
      command: "cancelstream",
      channel: segment.channel,
      stream: header.stream,
      reason: CANCEL_REASON.cannotDecode,
      streamType: CANCEL_STREAM_TYPE.audio,
    } as const;
    return [{ type: "fault", segment, error }, { type: "reply", control }];
  }
}

/** Takes data; without a good announcement it is discarded. The payload is borrowed for the call. */
export function takeAudio(segment: Segment, payload: Uint8Array): readonly Outcome[] {
  const chunk = segment.audio.push(payload);
  return chunk === undefined ? NOTHING : [{ type: "audio", segment, chunk }];
}
