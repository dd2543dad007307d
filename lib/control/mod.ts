/**
 * Looking at a listener and steering it from outside: the operations, their server and their client. What
 * a listener needs from its start is in `start.ts`.
 *
 * @module
 */

export type { ClientRecorder, ClientsControl, ThreadFigures, WatchedLine } from "./clients.ts";
export { RecordingShelf } from "../handlers/record/shelf.ts";
export { isClientKey } from "./find.ts";
export { sumUp } from "./figures.ts";
export type { OpenView, ViewOptions, ViewOutput, ViewRights } from "../web/views/types.ts";
export { type AskThread, PostedRecords, RemoteThread } from "./remote.ts";
export { readBody } from "./body.ts";
export { type CallRequest, type ControlWay, makeRequest, readResponse } from "./call.ts";
export type { Operation } from "./description.ts";
export { HttpControl, json, refusal } from "./http.ts";
export type { LinkDesk, LinkEnd, LinkRow, LinkTerms } from "./link_desk.ts";
export type { LogTail } from "./log_tail.ts";
export { PostedViews } from "./remote_views.ts";
export { ListenerControl } from "./listener_control.ts";
export type { ControlTarget, FollowerFigures, RecordFollower, RecordWatch } from "./target.ts";
export type { HostRow, HostsAround, HostViewOutput } from "./hosts.ts";
export {
  type Arguments,
  type Controlled,
  type OperationName,
  OPERATIONS,
  type Result,
} from "./operations.ts";
export { ReadyPort } from "./ready_port.ts";
export { ControlClient } from "./socket/client.ts";
