import assert from 'node:assert/strict';
import { BrokerLink, MAX_IN_FLIGHT } from '../../../../src/streaming/sinks/mqtt/link.js';
import { Outbox } from '../../../../src/streaming/sinks/mqtt/outbox.js';
import { FakeBroker, FakeTimers, settled } from './fake-broker.js';

function setUp(random = 0.5) {
  const timers = new FakeTimers();
  const broker = new FakeBroker();
  const outbox = new Outbox('available');
  const log: string[] = [];
  const link = new BrokerLink({
    open: broker.open,
    outbox,
    filters: ['commands'],
    onUp: () => log.push('up'),
    onMessage: () => undefined,
    onInfo: (message) => log.push(message),
    onWarning: (message) => log.push(message),
    broker: 'the broker',
    clock: { now: () => timers.nowMs },
    after: timers.after,
    random: () => random,
  });
  link.start();
  return { timers, broker, outbox, link, log };
}

const LOST = 'no connection to the broker: it went away; it is tried again until it works';

describe('the link to a broker', () => {
  it('subscribes first, then sends the states, that it is there, and the events', async () => {
    const { broker, outbox, log } = setUp();
    outbox.state('available', 'online');
    outbox.event('events', 'e', 0);
    outbox.state('a', '1');
    broker.accept();
    assert.deepEqual(broker.filters, ['commands']);
    await settled();
    assert.deepEqual(broker.news(), ['a 1', 'available online', 'events e']);
    assert.deepEqual(log, ['connected to the broker', 'up']);
  });

  it('tries for ever: soon at first, later twice a minute, within 20 % of the step', () => {
    const waits = (random: number): number[] => {
      const { timers, broker } = setUp(random);
      return Array.from({ length: 12 }, () => {
        broker.end();
        const [wait] = timers.waitsMs;
        timers.pass(wait);
        return wait;
      });
    };
    assert.deepEqual(waits(0.5), [...Array(3).fill(1000), ...Array(6).fill(5000), ...Array(3).fill(30_000)]);
    assert.deepEqual(waits(0)[0], 800);
  });

  it('waits long after a refusal, but tries again', () => {
    const { timers, broker } = setUp();
    broker.end({ why: 'wrong password', isLasting: true });
    assert.deepEqual(timers.waitsMs, [30_000]);
    timers.pass(30_000);
    assert.equal(broker.sessions, 2);
  });

  it('tells each reason once, and the return', () => {
    const { timers, broker, log } = setUp();
    for (let i = 0; i < 5; i++) {
      broker.end();
      timers.pass(30_000);
    }
    broker.end({ why: 'something else' });
    timers.pass(30_000);
    broker.accept();
    timers.pass(60_000);
    broker.end();
    assert.deepEqual(log, [
      LOST,
      LOST.replace('it went away', 'something else'),
      'connected to the broker again',
      'up',
      LOST,
    ]);
  });

  it('tells once of a connection that comes and goes', () => {
    const { timers, broker, log } = setUp();
    for (let i = 0; i < 10; i++) {
      broker.accept();
      broker.end({ why: 'taken over', isLasting: true });
      timers.pass(30_000);
    }
    assert.deepEqual(
      log.filter((line) => line !== 'up'),
      ['connected to the broker', LOST.replace('it went away', 'taken over'), 'connected to the broker again'],
    );
  });

  it('suspects another client if its connections are closed again and again, and then waits long', () => {
    const { timers, broker, log } = setUp();
    const end = { why: 'closed', whyRepeated: 'two clients' };
    broker.accept();
    broker.end(end);
    assert.deepEqual(timers.waitsMs, [1000]);
    for (let i = 0; i < 3; i++) {
      timers.pass(30_000);
      broker.accept();
      broker.end(end);
      assert.deepEqual(timers.waitsMs, [30_000]);
    }
    const told = log.filter((line) => line.startsWith('no connection'));
    assert.deepEqual(told, [LOST.replace('it went away', 'closed'), LOST.replace('it went away', 'two clients')]);
  });

  it('has a bounded number of messages under way at a broker that confirms nothing', async () => {
    const { broker, outbox, link } = setUp();
    broker.isPrompt = false;
    broker.accept();
    for (let i = 0; i < 500; i++) {
      outbox.event('events', String(i), 0);
      link.flush();
    }
    assert.equal(broker.unconfirmed, MAX_IN_FLIGHT);
    broker.confirm();
    assert.equal(broker.received.length, 2 * MAX_IN_FLIGHT);
  });

  it('has no more under way than the broker asks for', () => {
    const { broker, outbox } = setUp();
    broker.isPrompt = false;
    for (let i = 0; i < 9; i++) outbox.event('events', String(i), 0);
    broker.accept(4);
    assert.equal(broker.unconfirmed, 4);
  });

  it('sends what was under way again, and takes no late confirmation for it', async () => {
    const { timers, broker, outbox, link } = setUp();
    broker.isPrompt = false;
    broker.accept();
    outbox.event('events', 'e', 0);
    link.flush();
    broker.end();
    timers.pass(1000);
    broker.accept();
    assert.deepEqual(broker.news(), ['events e', 'events e']);
    broker.confirm();
    assert.equal(outbox.size.events, 0);
  });

  it('says how many events did not last until the broker was back', () => {
    const { timers, broker, outbox, log } = setUp();
    for (let i = 0; i < 1002; i++) outbox.event('events', String(i), 0);
    broker.end();
    timers.pass(1000);
    broker.accept();
    assert.ok(log.includes('2 events could not wait until the broker was back, and are lost'));
  });

  it('says once a minute how many events came faster than the broker takes them', () => {
    const { timers, broker, outbox, link, log } = setUp();
    broker.isPrompt = false;
    broker.accept();
    const flood = (): void => {
      for (let i = 0; i < 1100; i++) outbox.event('events', String(i), timers.nowMs);
      link.flush();
    };
    flood();
    flood();
    timers.pass(60_000);
    link.flush();
    const told = log.filter((line) => line.startsWith('the broker is too slow'));
    assert.deepEqual(told, [
      'the broker is too slow: 100 events could not wait, and are lost',
      'the broker is too slow: 1084 events could not wait, and are lost',
    ]);
  });

  it('says once which topics the broker refuses', async () => {
    const { broker, outbox, link, log } = setUp();
    broker.refuses.add('a').add('b').add('commands');
    outbox.state('a', '1');
    outbox.state('b', '1');
    broker.accept();
    link.flush();
    await settled();
    assert.equal(log.filter((line) => /refuses a: Not authorized/.test(line)).length, 1);
    assert.equal(log.filter((line) => /refuses to let Nowcast read commands/.test(line)).length, 1);
    assert.equal(log.filter((line) => /refuses b/.test(line)).length, 0);
  });

  it('sends the rest before it ends, and opens nothing afterwards', async () => {
    const { timers, broker, outbox, link } = setUp();
    broker.accept();
    outbox.state('available', 'stopped');
    await link.close();
    await link.close();
    assert.deepEqual(broker.news(), ['available stopped']);
    assert.equal(broker.closed, 1);
    timers.pass(1e6);
    assert.equal(broker.sessions, 1);
  });

  it('waits two seconds for a broker that does not answer, and not at all for one that is away', async () => {
    const deaf = setUp();
    deaf.broker.isPrompt = false;
    deaf.broker.accept();
    deaf.outbox.state('available', 'stopped');
    const closed = deaf.link.close();
    assert.deepEqual(deaf.timers.waitsMs, [2000]);
    deaf.timers.pass(2000);
    await closed;
    const away = setUp();
    away.broker.end();
    await away.link.close();
    assert.deepEqual(away.timers.waitsMs, []);
  });
});
