import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { generate, parser, type IConnackPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import type { Message } from './outbox.js';
import type { OpenSession, Session, SessionEvents } from './link.js';
import { refusalText, sessionEnd, type BrokerError } from './session-end.js';
import { nodeAfter, nodeInterval } from '../../http/timers.js';

export type BrokerAddress = {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Absent: without TLS. */
  readonly tls?: TlsOptions | undefined;
  readonly protocol: '5' | '3.1.1';
  readonly qos: 0 | 1;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Published by the broker when the connection breaks. */
  readonly will: { readonly topic: string; readonly payload: string };
};

/** PEM texts. */
export type TlsOptions = {
  readonly ca?: Buffer | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
  readonly isInsecure: boolean;
};

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_S = 30;
/** A shorter break is none for those who watch the will's topic. */
const WILL_DELAY_S = 5;
/** Commands and the list of cameras are smaller. */
const MOST_BYTES_IN = 1024 * 1024;
/** More than the fixed header, the message's id and its properties take. */
const HEADER_BYTES = 32;
/** Codes of a refusal (MQTT 5 §2.4) begin here. */
const REFUSED = 0x80;
const MOST_IDS = 0xffff;
/** For a broker that does not answer a goodbye. */
const GOODBYE_MS = 1_000;

/** Makes the function that opens one connection to this broker. */
export function mqttSessions(address: BrokerAddress): OpenSession {
  return (events) => new MqttSession(address, events);
}

/** One connection: from CONNECT to its end, with the packets of MQTT 3.1.1 or 5. */
class MqttSession implements Session {
  readonly #address: BrokerAddress;
  readonly #events: SessionEvents;
  readonly #version: 4 | 5;
  readonly #socket: Socket;
  readonly #onPublished = new Map<number, (error: Error | undefined) => void>();
  readonly #onSubscribed = new Map<number, (granted: readonly number[]) => void>();
  readonly #cancels: (() => void)[] = [];
  readonly #closed: Promise<void>;
  #lastId = 0;
  #maxBytesOut = Infinity;
  #awaitsPong = false;
  #isOver = false;
  /** The broker has accepted the connection. */
  #isOpen = false;

  constructor(address: BrokerAddress, events: SessionEvents) {
    this.#address = address;
    this.#events = events;
    this.#version = address.protocol === '5' ? 5 : 4;
    const { host, port, tls, connectTimeoutMs = CONNECT_TIMEOUT_MS } = address;
    const socket =
      tls === undefined
        ? connectTcp({ host, port })
        : connectTls({ host, port, ca: tls.ca, cert: tls.cert, key: tls.key, rejectUnauthorized: !tls.isInsecure });
    this.#socket = socket.setNoDelay();
    const packets = parser({ protocolVersion: this.#version });
    packets.on('packet', (packet) => {
      if (!this.#isOver) this.#received(packet);
    });
    packets.on('error', (error: unknown) => this.#end(error as BrokerError));
    socket.on('data', (data: Buffer) => {
      if (!this.#isOver) packets.parse(data);
    });
    socket.on('error', (error: BrokerError) => this.#end(error));
    socket.on('close', () => this.#end(undefined));
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => this.#send(connectPacket(address)));
    this.#cancels.push(nodeAfter(connectTimeoutMs, () => this.#open()));
  }

  publish(message: Message, done: (error: Error | undefined) => void): void {
    const { topic, payload, isRetained, expiryMs, isFleeting } = message;
    const content = typeof payload === 'string' ? payload : Buffer.from(payload);
    if (Buffer.byteLength(content) + Buffer.byteLength(topic) + HEADER_BYTES > this.#maxBytesOut) {
      const refusal = new Error(`it takes messages of ${this.#maxBytesOut} bytes at most`);
      queueMicrotask(() => {
        if (!this.#isOver) done(refusal);
      });
      return;
    }
    const packet: IPublishPacket = {
      cmd: 'publish',
      topic,
      payload: content,
      qos: 0,
      dup: false,
      retain: isRetained,
      ...(this.#version === 5 &&
        expiryMs !== undefined && { properties: { messageExpiryInterval: Math.ceil(expiryMs / 1000) } }),
    };
    if (isFleeting === true || this.#address.qos === 0) {
      // The operating system has it, so a slow network slows the sender down.
      this.#send(packet, () => {
        if (!this.#isOver) done(undefined);
      });
      return;
    }
    const messageId = this.#nextId();
    this.#onPublished.set(messageId, done);
    this.#send({ ...packet, qos: 1, messageId });
  }

  subscribe(filters: readonly string[], done: (refused: readonly string[]) => void): void {
    const messageId = this.#nextId();
    this.#onSubscribed.set(messageId, (granted) => done(filters.filter((_, i) => (granted[i] ?? REFUSED) >= REFUSED)));
    const own = this.#version === 5 ? { nl: true } : {};
    const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const, ...own }));
    this.#send({ cmd: 'subscribe', messageId, subscriptions });
  }

  async close(): Promise<void> {
    if (!this.#isOver) {
      this.#stop();
      if (this.#isOpen) this.#socket.end(generate({ cmd: 'disconnect', reasonCode: 0 }, this.#options));
      else this.#socket.destroy();
      nodeAfter(GOODBYE_MS, () => this.#socket.destroy());
    }
    await this.#closed;
  }

  get #options(): { readonly protocolVersion: 4 | 5 } {
    return { protocolVersion: this.#version };
  }

  #received(packet: Packet): void {
    switch (packet.cmd) {
      case 'connack':
        this.#accepted(packet);
        break;
      case 'publish':
        if (packet.qos === 1) this.#send({ cmd: 'puback', reasonCode: 0, messageId: packet.messageId ?? 0 });
        this.#events.onMessage(packet.topic, Buffer.from(packet.payload), packet.retain);
        break;
      case 'puback': {
        const { messageId = 0, reasonCode = 0 } = packet;
        const done = this.#onPublished.get(messageId);
        this.#onPublished.delete(messageId);
        done?.(reasonCode < REFUSED ? undefined : new Error(refusalText(reasonCode)));
        break;
      }
      case 'suback': {
        const done = this.#onSubscribed.get(packet.messageId ?? 0);
        this.#onSubscribed.delete(packet.messageId ?? 0);
        done?.(packet.granted as readonly number[]);
        break;
      }
      case 'pingresp':
        this.#awaitsPong = false;
        break;
      case 'disconnect':
        this.#end(Object.assign(new Error('the broker ended the connection'), { code: packet.reasonCode ?? 0 }));
        break;
      case 'auth':
      case 'connect':
      case 'pingreq':
      case 'pubcomp':
      case 'pubrec':
      case 'pubrel':
      case 'subscribe':
      case 'unsuback':
      case 'unsubscribe':
        this.#end(new Error(`the broker sent a ${packet.cmd} packet, which a client cannot answer`));
    }
  }

  #accepted({ returnCode, reasonCode, properties }: IConnackPacket): void {
    const code = reasonCode ?? returnCode ?? 0;
    if (code !== 0) {
      this.#end(Object.assign(new Error(refusalText(code)), { code }));
      return;
    }
    this.#isOpen = true;
    this.#maxBytesOut = properties?.maximumPacketSize ?? Infinity;
    const keepaliveS = properties?.serverKeepAlive ?? KEEPALIVE_S;
    this.#cancels.push(nodeInterval((keepaliveS * 1000) / 2, () => this.#ping()));
    this.#events.onOpen(properties?.receiveMaximum);
  }

  #ping(): void {
    if (this.#awaitsPong) {
      this.#end(new Error('the broker does not answer any more'));
      return;
    }
    this.#awaitsPong = true;
    this.#send({ cmd: 'pingreq' });
  }

  /** The time to connect is over. */
  #open(): void {
    const { host, port } = this.#address;
    if (!this.#isOpen) this.#end(new Error(`${host}:${port} does not answer`));
  }

  #send(packet: Packet, written: () => void = () => undefined): void {
    if (!this.#isOver) this.#socket.write(generate(packet, this.#options), written);
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId % MOST_IDS) + 1;
    while (this.#onPublished.has(this.#lastId) || this.#onSubscribed.has(this.#lastId));
    return this.#lastId;
  }

  #end(error: BrokerError | undefined): void {
    if (this.#isOver) return;
    this.#stop();
    this.#socket.destroy();
    const { host, port, clientId, tls } = this.#address;
    this.#events.onEnd(sessionEnd(error, { host, port, clientId, isTls: tls !== undefined }));
  }

  #stop(): void {
    this.#isOver = true;
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#onPublished.clear();
    this.#onSubscribed.clear();
  }
}

function connectPacket({ clientId, user, password, protocol, will }: BrokerAddress): Packet {
  const isV5 = protocol === '5';
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: isV5 ? 5 : 4,
    clientId,
    // A session that the broker keeps for the delay of its will: only then does a quick return stop the will.
    clean: !isV5,
    keepalive: KEEPALIVE_S,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password: Buffer.from(password) }),
    ...(isV5 && { properties: { sessionExpiryInterval: WILL_DELAY_S, maximumPacketSize: MOST_BYTES_IN } }),
    will: {
      topic: will.topic,
      payload: Buffer.from(will.payload),
      qos: 1,
      retain: true,
      ...(isV5 && { properties: { willDelayInterval: WILL_DELAY_S } }),
    },
  };
}
