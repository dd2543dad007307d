/**
 * A relay between a VNC client and a VNC server that drops the client's requests for pictures.
 *
 * The reference's `afsrv_remoting` hangs after it has drawn twice: it waits on a futex that its server
 * never wakes (`shmif/platform/synch.c`). Without pictures its input works.
 *
 * @module
 */

/** The lengths of a client's first messages: version, security type, ClientInit. */
const GREETING_BYTES = [12, 1, 1] as const;
const PICTURE_REQUEST = 3;

export class RfbRelay implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #sockets: Deno.TcpConn[] = [];
  readonly #running: Promise<void>;

  /** @param port The port of the server. */
  constructor(port: number) {
    this.#running = this.#run(port).catch(() => {});
  }

  /** The port that the client connects to. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async #run(port: number): Promise<void> {
    const client = await this.#listener.accept();
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    this.#sockets.push(client, server);
    await Promise.all([
      server.readable.pipeTo(client.writable),
      client.readable.pipeThrough(withoutPictureRequests()).pipeTo(server.writable),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const socket of this.#sockets) {
      try {
        socket.close();
      } catch {
        // It is closed already.
      }
    }
    await this.#running;
  }
}

function withoutPictureRequests(): TransformStream<Uint8Array, Uint8Array> {
  let rest = new Uint8Array(0);
  const greeting: number[] = [...GREETING_BYTES];
  return new TransformStream({
    transform: (piece, controller) => {
      rest = new Uint8Array([...rest, ...piece]);
      for (;;) {
        const size = greeting[0] ?? messageBytes(rest);
        if (size > rest.length) return;
        const isWanted = greeting.shift() !== undefined || rest[0] !== PICTURE_REQUEST;
        if (isWanted) controller.enqueue(rest.slice(0, size));
        rest = rest.slice(size);
      }
    },
  });
}

/** The length of the first message; more than `bytes` has when it is not known yet. */
function messageBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer);
  switch (bytes[0]) {
    case 0:
      return 20;
    case 2:
      return bytes.length < 4 ? Infinity : 4 + 4 * view.getUint16(2);
    case PICTURE_REQUEST:
      return 10;
    case 4:
      return 8;
    case 5:
      return 6;
    case 6:
      return bytes.length < 8 ? Infinity : 8 + view.getUint32(4);
    default:
      return Infinity;
  }
}
