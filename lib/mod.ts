/**
 * Arcan's `net_listen` for Deno: lets remote graphical and text programs log in over A12 and hands
 * each to a handler.
 *
 * ```ts
 * import { netListen } from "./mod.ts";
 *
 * const listener = netListen("demo", "127.0.0.1", 0, (source, status) => {
 *   if (status.kind === "segment_request") {
 *     source.acceptTarget((client, status) => console.log(client.id, status.kind));
 *   }
 * }, { keystore: Deno.makeTempDirSync() });
 * listener.close();
 * await listener.finished();
 * ```
 *
 * A handler is called with records, as in Lua: `(source, status, input)`, where `status.kind` is the kind
 * of record. The records of the listener are `preroll`, a `segment_request` for each client that has
 * proved its key, and `terminated` at its end. Those of a client are `registered`, `preroll`, `privdrop`,
 * `resized` with its first frame, then its events, and `terminated`, once and last. A handler may be
 * asynchronous: the next record of the client waits until its promise settles.
 *
 * Verbs are methods of the source, with the names of Lua in camelCase. `Source.surface` has what a source
 * shows. `lib/handlers/README.md` lists all records and verbs; `StatusOf<"resized">` is the type of one
 * record.
 *
 * References: the manual page of `net_listen`; letoram/arcan `src/a12/a12.c`,
 * `src/shmif/arcan_shmif_event.h`, `src/engine/arcan_lua.c`; ChaCha (djb), BLAKE3, RFC 7748 (X25519),
 * RFC 8878 (zstd).
 *
 * @module
 */

export {
  DEFAULT_PORT,
  formatAddress,
  isIpv6,
  isLoopback,
  MAX_PORT,
  parsePort,
  type SocketAddress,
} from "./address.ts";
export { type ListenAddress, parseListenAddress } from "./listen_address.ts";
export { openAddresses } from "./net/open_addresses.ts";
export type { BoundSocket } from "./net/bind.ts";
export type { Accepted } from "./net/accepted.ts";
export * from "./errors.ts";
export { printHandler, type PrintLine } from "./handlers/print.ts";
export type { Handler, HandlerObject } from "./handlers/types.ts";
export type { LogFields, LogFormat, Logger, LogLevel } from "./log.ts";
export type { Files, LineFile } from "./handlers/record/files.ts";
export { Recorder, type RecorderOptions } from "./handlers/record/recorder.ts";
export { type Snapshot, snapshot, takeSnapshot } from "./handlers/pictures/snapshot.ts";
export { type StoreOptions, storeTransfers } from "./handlers/store.ts";
export { escapeControls, makeLogger, silentLogger } from "./log.ts";
export { parseName } from "./name.ts";
export { type Network, parseNetwork } from "./networks.ts";
export { describeThrown } from "./net/call_handler.ts";
export { warningFields } from "./keystore_warning.ts";
export { netListen, type NetListenOptions } from "./net_listen.ts";
export { checkSecret, type ListenSecret, parseSecret } from "./net/secret.ts";
export { cryptoName } from "./crypto/mod.ts";
export type { Authorize, ListenHandler, ListenSource, ListenStatus } from "./net/listen_types.ts";
export type { LimitInForce, LimitRow, ListenLimits } from "./net/listen_limits.ts";
export { LIMIT_ROWS } from "./net/listen_limits.ts";
export { Listener } from "./net/listener.ts";
export type { AudioChunk } from "./decoders/audio.ts";
export type { AccessUnit } from "./decoders/h264/access_units.ts";
export type { SurfaceContent, SurfaceView } from "./decoders/surface_view.ts";
export { CELL_ATTRIBUTE } from "./decoders/text_grid.ts";
export { DISPLAY_DEFAULTS, type DisplayDefaults } from "./segment/preroll.ts";
export type { Peer } from "./segment/peer.ts";
export type { Sent } from "./segment/sent.ts";
export type { ClientHandler, LIFE_VERBS, PushedKind, Source } from "./segment/source.ts";
export type { FonthintOptions, HINT_VERBS } from "./segment/verbs/hint_verbs.ts";
export type { INPUT_VERBS } from "./segment/verbs/input_verbs.ts";
export type { VerbMethods } from "./segment/verbs/verb.ts";
export type {
  LISTENER_RECORDS,
  RecordFrom,
  RecordTables,
  Status,
  StatusKind,
  StatusOf,
} from "./segment/status.ts";
export type { EXTERNAL_KINDS } from "./wire/event/external.ts";
export type { OptionalName, RecordOf, ValueOf } from "./wire/record.ts";
export type * from "./segment/status_io_types.ts";
export type {
  BinaryOffer,
  BinaryTransfer,
  BinaryType,
  TransferOptions,
  TransferState,
} from "./segment/transfer_types.ts";
export type { H264Mode } from "./decoders/h264/client_h264.ts";
export type {
  AnchorhintOptions,
  DisplayFlag,
  DisplayhintOptions,
  OutputOptions,
  SubpixelLayout,
} from "./segment/verbs/display.ts";
export type { InputCapabilities } from "./segment/verbs/input_mask.ts";
export type { CharacterKey, KeyModifier } from "./segment/verbs/keyboard.ts";
export type { MouseButton } from "./segment/verbs/mouse.ts";
export type { FramemodeOptions, SeekOptions } from "./segment/verbs/playback.ts";
export { type GeohintOptions, GRAPH_SLOTS, type GraphSlot } from "./segment/verbs/preferences.ts";
export {
  BINARY_TYPE,
  DISPLAY_HINT,
  type SEGMENT_KINDS,
  type SegmentKindName,
  segmentKindName,
  segmentKindNumber,
} from "./wire/constants.ts";
export { isWide } from "./decoders/character.ts";
export { type KeysymName, KEYSYMS, type ModifierName, MODIFIERS } from "./wire/keysyms.ts";
export type {
  Acceptance,
  AcceptedEntry,
  AddedHost,
  AddResult,
  ConditionChanges,
  ConditionCode,
  HostKey,
  KeyConditions,
  KeyStorage,
  KeystoreWarning,
  Knock,
  LastLogin,
  Notes,
  Places,
  PlacesOfSecret,
  RemovedFile,
  Reservation,
  StorageNotes,
} from "../keystore/mod.ts";
export { Keystore } from "../keystore/mod.ts";
export { type ConnectOptions, SourceConnection } from "./net/source_connection.ts";
export { connectSource } from "./net/connect_source.ts";
export type { Registration, SourceEvent } from "./source/endpoint.ts";
export type { Region, VideoFrame } from "./source/frame.ts";
export { type Picture, PictureEncoder } from "./source/picture_encoder.ts";
export { MAX_TPACK_CELLS, TpackEncoder } from "./source/tpack_encoder.ts";
export { PrivateKey } from "./crypto/x25519.ts";
export type { ControlReceived, EventReceived, HelloMode } from "./session/events.ts";
export {
  type CursorStyle,
  type TextCursor,
  TextGrid,
  type TextOptions,
} from "./decoders/text_grid.ts";
export type {
  Control,
  ControlCommands,
  ControlInput,
  ControlName,
  KnownControl,
  KnownControlInput,
  UnknownControl,
} from "./wire/control.ts";
export type { CONTROL_COMMANDS } from "./wire/control_tables.ts";
export type { INPUT_KINDS } from "./wire/event/input.ts";
export type { TARGET_KINDS } from "./wire/event/target.ts";
export type {
  EventCategory,
  EventFields,
  EventInput,
  EventTables,
  ExternalEvent,
  ExternalEventInput,
  InputEvent,
  InputEventInput,
  KindTable,
  TargetEvent,
  TargetEventInput,
  UnknownEvent,
  WireEvent,
} from "./wire/event/types.ts";
export type {
  Decoded,
  Encodable,
  Field,
  FieldType,
  Layout,
  OptionalKey,
  PartialEncodable,
} from "./wire/fields.ts";
