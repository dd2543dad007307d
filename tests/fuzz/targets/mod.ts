import type { Target } from "../target.ts";
import { clientPackets } from "./client.ts";
import { controlRequests } from "./control.ts";
import { codedUnits } from "./h264.ts";
import { proxyHeaders } from "./proxy.ts";
import { clientStream, serverStream } from "./session.ts";
import { acceptedFiles, conditions, hostKeyFiles, typedTexts } from "./text.ts";
import { viewerMessages } from "./view.ts";
import { controlBodies, events } from "./wire.ts";

/** All targets, from the outer layers to the inner ones. */
export const TARGETS: readonly Target[] = [
  proxyHeaders,
  serverStream,
  clientStream,
  controlBodies,
  events,
  clientPackets,
  codedUnits,
  acceptedFiles,
  conditions,
  hostKeyFiles,
  typedTexts,
  controlRequests,
  viewerMessages,
];
