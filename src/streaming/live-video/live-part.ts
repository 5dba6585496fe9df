import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { counted } from '../../core/counted.js';
import { CLOSE } from '../feed/feed-client.js';
import type { Refusal } from '../http/access.js';
import type { Owner } from '../http/owner.js';
import type { PostMessage } from '../http/post.js';
import { reply, pathOf } from '../http/reply.js';
import type { SocketLink, WebPart } from '../http/web-server.js';
import { LiveChannel } from './live-channel.js';
import { LIVE_FORMS, LIVE_PATH, LIVE_SUBPROTOCOL } from './live-messages.js';
import { liveTopic, type LiveTopic } from './live-topic.js';
import { LiveViewer } from './live-viewer.js';

export type LiveSettings = {
  readonly maxViewers: number;
};

/** A viewer that leaves a ping unanswered for this many ticks is disconnected. */
const PING_EVERY_TICKS = 15;
/** A viewer has nothing to say. */
const MOST_MESSAGE_BYTES = 1024;

type Connection = { readonly socket: WebSocket; answeredPing: boolean };

/** Live pictures of cameras in the server's process: a WebSocket a camera. The owner sends only what is watched. */
export class LivePart implements WebPart {
  readonly socketPath = LIVE_PATH;
  readonly #settings: LiveSettings;
  readonly #owner: Owner;
  readonly #channels = new Map<string, LiveChannel>();
  readonly #connections = new Set<Connection>();
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MOST_MESSAGE_BYTES,
    handleProtocols: (offered) => offered.has(LIVE_SUBPROTOCOL) && LIVE_SUBPROTOCOL,
  });
  #ticks = 0;

  constructor(settings: LiveSettings, owner: Owner) {
    this.#settings = settings;
    this.#owner = owner;
  }

  /** Takes a post of a topic of {@link liveTopic}. */
  post(message: PostMessage, { form }: LiveTopic): void {
    this.#channels.get(message.topic)?.post(message, form);
  }

  answer(request: IncomingMessage, response: ServerResponse): boolean {
    if (pathOf(request) !== LIVE_PATH) return false;
    reply(response, 426, { error: `${LIVE_PATH} is a WebSocket of the subprotocol ${LIVE_SUBPROTOCOL}` });
    return true;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, link: SocketLink): Refusal | undefined {
    const query = new URLSearchParams((request.url ?? '').split('?', 2)[1] ?? '');
    const camera = query.get('camera');
    const form = LIVE_FORMS.find((known) => known === query.get('as'));
    if (camera === null || form === undefined)
      return {
        status: 400,
        message: `give a camera and its form: ${LIVE_PATH}?camera=NAME&as=${LIVE_FORMS.join('|')}`,
      };
    const { maxViewers } = this.#settings;
    if (this.#connections.size >= maxViewers) {
      return {
        status: 503,
        reason: `more than ${counted(maxViewers, 'viewer')}`,
        message: `${counted(maxViewers, 'viewer')} of live pictures are connected, the limit`,
      };
    }
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      this.#welcome(webSocket, liveTopic({ camera, form }), link);
    });
    return undefined;
  }

  /** Call it once a second. */
  tick(): void {
    this.#ticks += 1;
    if (this.#ticks % PING_EVERY_TICKS !== 0) return;
    for (const connection of this.#connections) {
      if (connection.answeredPing) {
        connection.answeredPing = false;
        connection.socket.ping();
      } else connection.socket.terminate();
    }
  }

  close(): Promise<void> {
    for (const { socket } of this.#connections) socket.terminate();
    return Promise.resolve();
  }

  #welcome(socket: WebSocket, topic: string, link: SocketLink): void {
    const connection: Connection = { socket, answeredPing: true };
    const viewer = new LiveViewer({
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (data) => socket.send(data, { binary: typeof data !== 'string' }),
    });
    this.#connections.add(connection);
    const channel = this.#channels.get(topic) ?? this.#open(topic);
    channel.add(viewer);
    // The owner counts viewers.
    void this.#owner.join(topic);
    socket.on('pong', () => (connection.answeredPing = true));
    socket.on('message', () => {
      link.brokeLimit();
      socket.close(CLOSE.policyViolation, 'a viewer has nothing to say');
    });
    socket.on('error', () => link.brokeLimit());
    // Video that it has not read yet would come before a close frame.
    link.onRevoked(() => socket.terminate());
    socket.once('close', () => {
      this.#connections.delete(connection);
      channel.viewers.delete(viewer);
      if (channel.viewers.size === 0) this.#channels.delete(topic);
      this.#owner.left(topic);
    });
  }

  #open(topic: string): LiveChannel {
    const channel = new LiveChannel();
    this.#channels.set(topic, channel);
    return channel;
  }
}
