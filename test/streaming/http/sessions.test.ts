import assert from 'node:assert/strict';
import { Sessions } from '../../../src/streaming/http/sessions.js';

const DAY_MS = 24 * 3600 * 1000;

describe('sessions', () => {
  const start = () => {
    const clock = { nowMs: 0, now: () => clock.nowMs };
    const sessions = new Sessions<string>(clock);
    const find = (cookie: string): string | undefined => sessions.find({ headers: { cookie } });
    return { clock, sessions, find };
  };
  const valueOf = (setCookie: string): string => setCookie.split(';')[0];

  it('are in a cookie that neither scripts nor other sites get, and that TLS alone carries where there is TLS', () => {
    const { sessions } = start();
    const form = /^nowcast-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/;
    assert.match(sessions.open('kim', false), form);
    assert.match(sessions.open('kim', true), /; Max-Age=604800; Secure$/);
  });

  it('are found among other cookies, until they are closed or a week is over', () => {
    const { sessions, find, clock } = start();
    const [first, second] = [valueOf(sessions.open('kim', false)), valueOf(sessions.open('lee', false))];
    assert.equal(find(`theme=dark; ${second}; x=1`), 'lee');
    assert.match(sessions.close({ headers: { cookie: second } }, false), /^nowcast-session=; .*Max-Age=0$/);
    assert.deepEqual([find(first), find(second)], ['kim', undefined]);
    clock.nowMs = 7 * DAY_MS - 1;
    assert.equal(find(first), 'kim');
    clock.nowMs += 1;
    assert.equal(find(first), undefined);
    for (const other of ['', 'nowcast-session=', 'nowcast-session=x', 'nowcast-sessionx=1'])
      assert.equal(find(other), undefined, other);
  });

  it('are bounded in number: one more ends the oldest', () => {
    const { sessions, find } = start();
    const cookies = Array.from({ length: 257 }, (_, i) => valueOf(sessions.open(String(i), false)));
    assert.deepEqual([find(cookies[0]), find(cookies[1]), find(cookies[256])], [undefined, '1', '256']);
  });
});
