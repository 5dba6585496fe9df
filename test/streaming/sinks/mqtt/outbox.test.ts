import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Outbox, type Message } from '../../../../src/streaming/sinks/mqtt/outbox.js';

/** Takes what the outbox has, as a broker does that answers at once. */
function deliver(outbox: Outbox, nowMs = 0): Message[] {
  const messages: Message[] = [];
  for (let out = outbox.next(nowMs); out !== undefined; out = outbox.next(nowMs)) {
    messages.push(out.message);
    out.settled();
  }
  return messages;
}

const linesOf = (messages: readonly Message[]): string[] =>
  messages.map(({ topic, payload }) => `${topic} ${String(payload)}`);

describe('the outbox of MQTT', () => {
  it('sends the newest value of each state once, and the last topic behind all others', () => {
    const outbox = new Outbox('available');
    outbox.state('available', 'online');
    outbox.state('a', '1');
    outbox.state('b', '1');
    outbox.state('a', '2');
    assert.equal(outbox.isUpToDate, false);
    assert.deepEqual(linesOf(deliver(outbox)), ['b 1', 'a 2', 'available online']);
    outbox.state('a', '2');
    outbox.state('picture', Buffer.from('jpeg'));
    assert.equal(deliver(outbox).length, 1);
    outbox.state('picture', Buffer.from('jpeg'));
    assert.deepEqual(deliver(outbox), []);
    assert.equal(outbox.isUpToDate, true);
  });

  it('sends states before events, events in their order, and of fleeting messages the newest of each topic', () => {
    const outbox = new Outbox();
    outbox.fleeting('stats', '1');
    outbox.event('events', 'first', 0);
    outbox.event('events', 'second', 0);
    outbox.fleeting('stats', '2');
    outbox.state('a', '1');
    assert.deepEqual(linesOf(deliver(outbox)), ['a 1', 'events first', 'events second', 'stats 2']);
  });

  it('sends again after a break what may not have arrived, but nothing fleeting', () => {
    const outbox = new Outbox();
    outbox.state('a', '1');
    deliver(outbox);
    outbox.event('events', 'on the way', 0);
    outbox.event('events', 'waiting', 0);
    outbox.fleeting('stats', '1');
    assert.equal(outbox.next(0)?.message.payload, 'on the way');
    outbox.restart();
    assert.deepEqual(linesOf(deliver(outbox)), ['a 1', 'events on the way', 'events waiting']);
  });

  it('sends a picture no more that was on its way when the connection broke: it may be the reason', () => {
    const outbox = new Outbox();
    outbox.state('a', Buffer.from('too large'));
    outbox.state('b', Buffer.from('fine'));
    outbox.next(0);
    outbox.restart();
    assert.deepEqual(linesOf(deliver(outbox)), ['b fine']);
    outbox.restart();
    assert.deepEqual(linesOf(deliver(outbox)), ['b fine']);
    assert.equal(outbox.size.pictureBytes, 4);
  });

  it('clears a topic with an empty message, and forgets it then', () => {
    const outbox = new Outbox();
    outbox.state('a', '1');
    deliver(outbox);
    outbox.state('a', '');
    assert.deepEqual(deliver(outbox), [{ topic: 'a', payload: '', isRetained: true }]);
    assert.equal(outbox.size.states, 0);
    outbox.restart();
    assert.deepEqual(deliver(outbox), []);
  });

  it('keeps a value that replaces an empty one on its way', () => {
    const outbox = new Outbox();
    outbox.state('a', '');
    const clearing = outbox.next(0)!;
    outbox.state('a', '0');
    clearing.settled();
    assert.deepEqual(linesOf(deliver(outbox)), ['a 0']);
  });

  it('loses the oldest events beyond their number and their age, and counts them', () => {
    const outbox = new Outbox(undefined, { maxEvents: 3, maxEventAgeMs: 1000 });
    for (let i = 0; i < 5; i++) outbox.event('events', String(i), i * 100);
    assert.equal(outbox.size.events, 3);
    assert.deepEqual(linesOf(deliver(outbox, 1350)), ['events 4']);
    assert.equal(outbox.takeLostEvents(), 4);
    assert.equal(outbox.takeLostEvents(), 0);
  });

  it('forgets the oldest pictures beyond their bytes, and no other state', () => {
    const outbox = new Outbox(undefined, { maxPictureBytes: 250 });
    outbox.state('a', '1');
    for (let i = 0; i < 5; i++) outbox.state(`picture ${i}`, Buffer.alloc(100));
    assert.deepEqual(outbox.size, { states: 3, events: 0, fleeting: 0, pictureBytes: 200 });
    assert.deepEqual(
      deliver(outbox).map(({ topic }) => topic),
      ['a', 'picture 3', 'picture 4'],
    );
    outbox.state('picture 4', Buffer.alloc(50));
    outbox.state('picture 3', '');
    deliver(outbox);
    assert.equal(outbox.size.pictureBytes, 50);
  });

  it('stays bounded while the broker is away, however long', () => {
    const outbox = new Outbox('available');
    for (let nowMs = 0; nowMs < 200_000; nowMs += 10) {
      outbox.state(`camera/${nowMs % 7}`, String(nowMs));
      outbox.state('picture', Buffer.alloc(10_000));
      outbox.event('events', `${nowMs}`, nowMs);
      outbox.fleeting('stats', `${nowMs}`);
    }
    assert.deepEqual(outbox.size, { states: 8, events: 1000, fleeting: 1, pictureBytes: 10_000 });
    assert.equal(deliver(outbox, 200_000).length, 8 + 1000 + 1);
    assert.equal(outbox.takeLostEvents(), 19_000);
  });

  it('leaves a broker with the newest value of each topic, whatever breaks on the way', () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('set' as const),
        topic: fc.constantFrom('a', 'b', 'c'),
        value: fc.constantFrom('', '0', '1'),
      }),
      fc.record({ do: fc.constantFrom('send' as const, 'lose' as const, 'break' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const outbox = new Outbox('c');
        const wanted = new Map<string, string>();
        const broker = new Map<string, string>();
        const arrive = ({ topic, payload }: Message): void => {
          if (payload === '') broker.delete(topic);
          else broker.set(topic, String(payload));
        };
        for (const one of steps) {
          if (one.do === 'set') {
            outbox.state(one.topic, one.value);
            if (one.value === '') wanted.delete(one.topic);
            else wanted.set(one.topic, one.value);
          } else if (one.do === 'break') outbox.restart();
          else {
            const out = outbox.next(0);
            if (out === undefined) continue;
            if (one.do === 'send') {
              arrive(out.message);
              out.settled();
            } else outbox.restart();
          }
        }
        for (const message of deliver(outbox)) arrive(message);
        assert.deepEqual(broker, wanted);
      }),
    );
  });
});
