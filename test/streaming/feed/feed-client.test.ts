import assert from 'node:assert/strict';
import { FeedClient, type FeedSocket } from '../../../src/streaming/feed/feed-client.js';
import { OutgoingMessage } from '../../../src/streaming/feed/outgoing-message.js';
import type { FeedMessage } from '../../../src/streaming/feed/protocol.js';
import { toFeedMessage } from '../../../src/streaming/feed/server-messages.js';
import type { PipelineEvent } from '../../../src/core/events.js';
import { CLASSES, dropEventOf, perceptOf } from '../events.js';

const limits = { maxBufferedBytes: 1000, slowAfterMs: 10_000, maxErrors: 3, maxMessagesPerSecond: 5 };

/** A socket from which the operating system takes data only on command. */
class FakeSocket implements FeedSocket {
  bufferedAmount = 0;
  closedWith: [number, string] | undefined;
  readonly sent: (FeedMessage | { type: 'hello' | 'error'; missed?: number })[] = [];
  #written: (() => void)[] = [];
  send(text: Buffer, written: () => void): void {
    this.bufferedAmount += text.length;
    this.sent.push(JSON.parse(text.toString()));
    this.#written.push(written);
  }
  drain(): void {
    const written = this.#written;
    this.#written = [];
    this.bufferedAmount = 0;
    for (const call of written) call();
  }
  close(code: number, reason: string): void {
    this.closedWith = [code, reason];
  }
  seqs(): string[] {
    return this.sent
      .slice(1)
      .map((m) => ('seq' in m ? `${m.type} ${m.seq}` : m.type) + (m.missed === undefined ? '' : ` missed ${m.missed}`));
  }
}

function outgoing(event: PipelineEvent, missed = 0): OutgoingMessage {
  return new OutgoingMessage(JSON.stringify(toFeedMessage(event, { toUnixMs: (ms) => ms })), missed);
}

function start() {
  const socket = new FakeSocket();
  const told = { missed: 0 };
  const info = { streams: ['cam', 'door'], classes: CLASSES };
  const client = new FeedClient(socket, info, limits, 0, (count) => (told.missed += count));
  socket.drain();
  return { socket, client, told };
}

describe('FeedClient', () => {
  it('sends hello first', () => {
    assert.equal(start().socket.sent[0].type, 'hello');
  });

  it('keeps the newest message of each type and stream for a slow client, and counts the others', () => {
    const { socket, client } = start();
    socket.bufferedAmount = 1001;
    for (const seq of [1, 2, 3]) client.offer(outgoing(perceptOf(seq)), 0);
    client.offer(outgoing(dropEventOf(4)), 0);
    client.offer(outgoing(perceptOf(1, { streamId: 'door' })), 0);
    client.offer(outgoing(perceptOf(5)), 0);
    assert.deepEqual(socket.seqs(), []);
    socket.drain();
    client.offer(outgoing(perceptOf(6)), 0);
    socket.drain();
    client.offer(outgoing(perceptOf(7)), 0);
    assert.deepEqual(socket.seqs(), ['drop 4', 'percept 1', 'percept 5 missed 3', 'percept 6', 'percept 7']);
  });

  it('sends waiting messages as soon as the socket has room, without a further message', () => {
    const { socket, client } = start();
    client.offer(outgoing(perceptOf(1)), 0);
    socket.bufferedAmount = 1001;
    client.offer(outgoing(perceptOf(2)), 0);
    assert.deepEqual(socket.seqs(), ['percept 1']);
    socket.drain();
    assert.deepEqual(socket.seqs(), ['percept 1', 'percept 2']);
  });

  it('accounts for every percept as sent or missed', () => {
    const { socket, client, told } = start();
    for (let seq = 0; seq < 500; seq++) {
      client.offer(outgoing(perceptOf(seq)), 0);
      if (seq % 7 === 0) socket.drain();
    }
    socket.drain();
    socket.drain();
    const percepts = socket.sent.slice(1);
    assert.ok(percepts.length < 500);
    assert.equal(percepts.length + percepts.reduce((sum, m) => sum + ((m as { missed?: number }).missed ?? 0), 0), 500);
    assert.equal(percepts.length + told.missed, 500);
  });

  it('closes a client that read nothing for the allowed time, with 1013 and the reason', () => {
    const { socket, client } = start();
    socket.bufferedAmount = 1001;
    client.offer(outgoing(perceptOf(1)), 5000);
    client.offer(outgoing(perceptOf(2)), 14_000);
    assert.equal(client.tick(14_999), undefined);
    assert.equal(client.tick(15_000), 'too slow: stayed behind for 10 s');
    assert.deepEqual(socket.closedWith, [1013, 'too slow: stayed behind for 10 s']);
    client.offer(outgoing(perceptOf(3)), 15_000);
    socket.drain();
    assert.deepEqual(socket.seqs(), []);
  });

  it('resets the time of a client that caught up in between', () => {
    const { socket, client } = start();
    client.offer(outgoing(perceptOf(0)), 0);
    socket.bufferedAmount = 1001;
    client.offer(outgoing(perceptOf(1)), 0);
    socket.drain();
    assert.equal(client.tick(20_000), undefined);
    assert.equal(socket.closedWith, undefined);
  });

  it("discards a slow client's waiting messages that its new subscription excludes", () => {
    const { socket, client } = start();
    socket.bufferedAmount = 1001;
    client.offer(outgoing(dropEventOf(1)), 0);
    client.receive('{"type":"subscribe","kinds":["percept"]}', 0);
    socket.drain();
    client.tick(1000);
    assert.deepEqual(socket.seqs(), []);
  });

  it('answers invalid messages, and closes with 1008 after several', () => {
    const { socket, client } = start();
    client.receive('nonsense', 0);
    client.receiveBinary(1, 0);
    assert.equal(socket.closedWith, undefined);
    client.receive('{"type":"dance"}', 0);
    assert.deepEqual(socket.seqs(), ['error', 'error', 'error']);
    assert.equal(socket.closedWith?.[0], 1008);
  });

  it('closes a flooding client with 1008, and keeps a merely busy one', () => {
    const { socket, client } = start();
    const subscribe = '{"type":"subscribe"}';
    for (let i = 0; i < 5; i++) client.receive(subscribe, 0);
    client.tick(1000);
    for (let i = 0; i < 5; i++) client.receive(subscribe, 0);
    assert.equal(socket.closedWith, undefined);
    client.receive(subscribe, 0);
    assert.equal(socket.closedWith?.[0], 1008);
  });

  it('counts pings and pongs like messages, and closes a client that sends more bytes than any subscription needs', () => {
    const pinging = start();
    for (let i = 0; i < 6; i++) pinging.client.receiveControl(0, 0);
    assert.equal(pinging.socket.closedWith?.[0], 1008);
    const loud = start();
    const long = JSON.stringify({ type: 'subscribe', classes: Array<string>(900).fill(CLASSES[0]) });
    let sent = 0;
    for (let second = 0; loud.socket.closedWith === undefined; second++, sent += 5 * long.length) {
      for (let i = 0; i < 5; i++) loud.client.receive(long, second * 1000);
      loud.client.tick(second * 1000);
    }
    assert.match(loud.socket.closedWith[1], /64 KiB/);
    assert.ok(sent < 128 * 1024, String(sent));
  });

  it('adds what was lost before it to the count of missed messages', () => {
    const { socket, client } = start();
    client.offer(outgoing(perceptOf(4), 3), 0);
    socket.bufferedAmount = 1001;
    client.offer(outgoing(perceptOf(5)), 0);
    client.offer(outgoing(perceptOf(9), 3), 0);
    socket.drain();
    client.tick(1000);
    assert.deepEqual(socket.seqs(), ['percept 4 missed 3', 'percept 9 missed 4']);
  });
});

describe('OutgoingMessage', () => {
  it('is encoded once for all clients with equal filters', () => {
    const message = outgoing(perceptOf(1));
    const filter = (minScore: number) => ({
      key: String(minScore),
      keeps: ({ score }: { score: number }) => score >= minScore,
    });
    assert.equal(message.encode(undefined, 0), message.encode(undefined, 0));
    assert.equal(message.encode(filter(0.5), 0), message.encode(filter(0.5), 0));
    assert.notEqual(message.encode(filter(0.5), 0), message.encode(undefined, 0));
    assert.equal(
      (JSON.parse(message.encode(filter(0.5), 2).toString()) as { detections: unknown[] }).detections.length,
      1,
    );
  });
});
