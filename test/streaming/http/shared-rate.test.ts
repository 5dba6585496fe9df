import assert from 'node:assert/strict';
import { SharedRate } from '../../../src/streaming/http/shared-rate.js';

const RATE = { burst: 100, perSecond: 50 };

/** What users get within so many seconds, who ask so often in each millisecond. */
function answersOf(asks: Readonly<Record<string, number>>, seconds: number): Record<string, number> {
  const rate = new SharedRate(RATE, 0);
  const answers = Object.fromEntries(Object.keys(asks).map((user) => [user, 0]));
  const due = { ...answers };
  for (let ms = 0; ms < 1000 * seconds; ms++) {
    for (const [user, perMs] of Object.entries(asks)) {
      for (due[user] += perMs; due[user] >= 1; due[user] -= 1) if (rate.take(user, ms)) answers[user] += 1;
    }
  }
  return answers;
}

describe('a rate that users share', () => {
  it('is wholly of one who asks alone', () => {
    const { kim } = answersOf({ kim: 1 }, 100);
    assert.ok(kim >= 50 * 100 && kim <= 50 * 100 + RATE.burst, `${kim}`);
  });

  it('answers everything to one who asks little, whatever another asks', () => {
    assert.equal(answersOf({ flood: 10, little: 0.02 }, 100)['little'], 20 * 100);
  });

  it('answers one who asks little beside several who ask without pause', () => {
    const floods = Object.fromEntries([1, 2, 3].map((i) => [`flood ${i}`, 5]));
    const { little } = answersOf({ ...floods, little: 0.01 }, 100);
    assert.ok(little >= 0.99 * 10 * 100, `${little}`);
  });

  it('is even between two who ask without pause', () => {
    const { first, second } = answersOf({ first: 3, second: 1 }, 100);
    assert.ok(Math.abs(first - second) <= RATE.burst, `${first} ${second}`);
    assert.ok(first + second >= 50 * 100);
  });

  it('forgets users who asked nothing of late, and no other', () => {
    const rate = new SharedRate(RATE, 0);
    for (let name = 0; name < 40; name++) rate.take(`user ${name}`, 0);
    rate.take('late', 1000);
    rate.tidy(1000);
    assert.equal(rate.users, 1);
  });
});
