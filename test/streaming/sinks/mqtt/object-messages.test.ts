import assert from 'node:assert/strict';
import type { SceneEvent } from '../../../../src/core/scene-events.js';
import { ObjectMessages, type ObjectMessage } from '../../../../src/streaming/sinks/mqtt/object-messages.js';
import { objectsIn, percepts, play, standing } from '../../../scene/scene-percepts.js';

const NOTHING = { hasSnapshot: false, hasClip: false };
const AT_ZERO_MS = 1_700_000_000_000;

function messagesOf(events: readonly SceneEvent[]): { messages: ObjectMessage[]; left: number } {
  const objects = new ObjectMessages((ms) => AT_ZERO_MS + ms);
  const messages = objectsIn(events).map((event) => objects.next(event, NOTHING));
  return { messages, left: objects.size };
}

describe('messages of objects for MQTT', () => {
  const porch = {
    porch: {
      points: [
        [0.4, 0.5],
        [0.6, 0.5],
        [0.6, 1],
        [0.4, 1],
      ] as const,
    },
  };
  const walk = percepts(Array.from({ length: 30 }, (_, i) => standing(0.2 + i * 0.02, 0.8)));
  const { messages, left } = messagesOf(play({ zones: porch }, walk).events);

  it('have the names and units of Frigate', () => {
    const [{ type, after }] = messages;
    assert.equal(type, 'new');
    assert.deepEqual(after, {
      id: 'gate-0-1',
      camera: 'gate',
      frame_time: 1_700_000_005,
      label: 'person',
      sub_label: null,
      top_score: 0.8,
      score: 0.8,
      false_positive: false,
      start_time: 1_700_000_005,
      end_time: null,
      box: [180, 320, 220, 400],
      area: 3200,
      ratio: 0.5,
      region: [0, 0, 1000, 500],
      active: true,
      stationary: false,
      position_changes: 0,
      current_zones: [],
      entered_zones: [],
      has_snapshot: false,
      has_clip: false,
      attributes: {},
      current_attributes: [],
      snapshot: {
        frame_time: 1_700_000_005,
        box: [180, 320, 220, 400],
        area: 3200,
        region: [0, 0, 1000, 500],
        score: 0.8,
        attributes: [],
      },
    });
  });

  it('begin with `new`, end with `end`, and have the object of the message before as `before`', () => {
    assert.deepEqual([messages[0].type, messages.at(-1)!.type], ['new', 'end']);
    assert.ok(messages.length > 3);
    for (const [i, { type, before }] of messages.slice(1).entries()) {
      assert.deepEqual(before, messages[i].after);
      if (i < messages.length - 2) assert.equal(type, 'update');
    }
    assert.equal(left, 0);
  });

  it('show where an object came in: no object and no zone before the first message', () => {
    assert.deepEqual(
      [messages[0].before.false_positive, messages[0].before.entered_zones, messages[0].before.id],
      [true, [], 'gate-0-1'],
    );
    const entry = messages.find(({ before, after }) => before.current_zones.length < after.current_zones.length)!;
    assert.deepEqual([entry.before.entered_zones, entry.after.entered_zones], [[], ['porch']]);
  });

  it('count the moves, and state the end', () => {
    const { after } = messages.at(-1)!;
    assert.ok(after.position_changes >= 2);
    assert.equal(after.end_time, 1_700_000_007.9);
    assert.deepEqual(after.current_zones, []);
  });

  it('forget the objects of a camera that is gone', () => {
    const objects = new ObjectMessages(() => 0);
    for (const event of objectsIn(play({}, walk, false).events)) objects.next(event, NOTHING);
    assert.equal(objects.size, 1);
    objects.forget('another');
    assert.equal(objects.size, 1);
    objects.forget('gate');
    assert.equal(objects.size, 0);
  });
});
