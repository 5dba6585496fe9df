import assert from 'node:assert/strict';
import { openSinks } from '../../../src/app/run/sinks.js';
import { BUILT_IN_PARTS } from '../../../src/app/parts.js';
import { resolveRun, type RunConfig } from '../../../src/config/run-config.js';
import { OutputError } from '../../../src/core/errors.js';
import type { SinkEntry } from '../../../src/streaming/sinks/sink-kind.js';
import type { StatusEvent } from '../../../src/core/events.js';

const STATUS: StatusEvent = { type: 'status', streamId: 'cam', state: 'streaming', atMs: 1 };

describe('the outputs of a service that runs', () => {
  let log: string[] = [];
  /** Called when an output opens, before it is open. */
  let onOpening: (own: string) => void = () => undefined;
  beforeEach(() => {
    log = [];
    onOpening = () => undefined;
  });

  const kind = (name: string, onOtherSettings?: SinkEntry['onOtherSettings'], liveKeys?: string[]): SinkEntry => ({
    name,
    section: { name, description: '' },
    keys: {},
    ...(onOtherSettings !== undefined && { onOtherSettings }),
    ...(liveKeys !== undefined && { liveKeys }),
    open: {
      prepare: async () => undefined,
      open: async ({ n, fails }, { header }) => {
        const own = `${name}${String(n)}`;
        onOpening(own);
        opened.set(own, header.streams);
        if (fails === true) throw new OutputError(`${own} cannot be opened`);
        log.push(`${own} opens`);
        return {
          write: () => log.push(`${own} gets`),
          resume: (states) => log.push(`${own} resumes with ${states.length}`),
          change: (settings) => log.push(`${own} is ${String(settings['live'])}`),
          retire: async (next) => void log.push(`${own} ends, then ${String(next?.['n'])}`),
          close: async () => void log.push(`${own} closes`),
          files: [own],
        };
      },
    },
  });
  const parts = {
    ...BUILT_IN_PARTS,
    sinks: [kind('file'), kind('broker', 'reopen-after'), kind('server', 'restart', ['live'])],
  };
  const configOf = (sinks: Readonly<Record<string, object>>): RunConfig => ({
    ...resolveRun({ cameras: { cam: { source: 'demo:1' } } }, [], BUILT_IN_PARTS, undefined, true),
    sinks: Object.entries(sinks).map(([name, settings]) => ({ kind: name, settings: { ...settings } })),
  });
  const open = (sinks: Readonly<Record<string, object>>) =>
    openSinks(
      {
        config: configOf(sinks),
        info: { classNames: ['car'], input: { width: 32, height: 32 } } as never,
        ffmpeg: undefined,
        onFailure: ({ message }) => log.push(message),
      },
      parts,
      {
        clock: { now: () => 0, toUnixMs: (ms: number) => ms },
        redact: (value: unknown) => value,
        log: { error: () => undefined },
      } as never,
    );
  const twoCameras = resolveRun(
    { cameras: { cam: { source: 'demo:1' }, yard: { source: 'demo:2' } } },
    [],
    BUILT_IN_PARTS,
    undefined,
    true,
  ).sources;
  /** The cameras that each output knew when it was opened last. */
  const opened = new Map<string, readonly string[]>();
  const news = (): string[] => log.splice(0);
  const FIRST = { file: { n: 1 }, broker: { n: 1 }, server: { n: 1, live: 'old' } };

  it('take the place of others, which end before them only if they must, and know the states', async () => {
    const sinks = await open(FIRST);
    sinks.publish(STATUS);
    news();
    const after = { file: { n: 2 }, broker: { n: 2 }, server: { n: 2, live: 'new' } };
    await sinks.change(configOf(after), undefined);
    assert.deepEqual(news(), [
      'file2 opens',
      'broker1 ends, then 2',
      'broker2 opens',
      'server1 is new',
      'file2 is undefined',
      'broker2 is undefined',
      'file2 resumes with 1',
      'broker2 resumes with 1',
      'file1 ends, then 2',
    ]);
    sinks.publish(STATUS);
    assert.deepEqual(news().sort(), ['broker2 gets', 'file2 gets', 'server1 gets']);
    await sinks.change(configOf({ server: after.server }), undefined);
    assert.deepEqual(news(), ['server1 is new', 'file2 ends, then undefined', 'broker2 ends, then undefined']);
    await sinks.close();
    assert.deepEqual(news(), ['server1 closes']);
    assert.deepEqual([...sinks.files].sort(), ['broker1', 'broker2', 'file1', 'file2', 'server1']);
  });

  it('leave all as it was if one of them cannot be opened', async () => {
    const sinks = await open(FIRST);
    sinks.publish(STATUS);
    news();
    const wrong = { ...FIRST, file: { n: 2 }, broker: { n: 2, fails: true } };
    await assert.rejects(sinks.change(configOf(wrong), undefined), /broker2 cannot be opened/);
    assert.deepEqual(news(), [
      'file2 opens',
      'broker1 ends, then 2',
      'broker1 opens',
      'broker1 resumes with 1',
      'file2 ends, then undefined',
    ]);
    await assert.rejects(sinks.change(configOf({ ...FIRST, file: { n: 2, fails: true } }), undefined), /file2/);
    assert.deepEqual(news(), []);
    sinks.publish(STATUS);
    assert.deepEqual(news().sort(), ['broker1 gets', 'file1 gets', 'server1 gets']);
    await sinks.close();
    assert.deepEqual(news().sort(), ['broker1 closes', 'file1 closes', 'server1 closes']);
  });

  it('get what happens while they take the place of others, which get nothing more; so do those that come back', async () => {
    const sinks = await open(FIRST);
    for (const [settings, next] of [
      [{ n: 2 }, 'broker2'],
      [{ n: 3, fails: true }, 'broker2'],
    ] as const) {
      onOpening = () => {
        sinks.publish(STATUS);
        onOpening = () => undefined;
      };
      news();
      await sinks.change(configOf({ ...FIRST, broker: settings }), undefined).catch(() => undefined);
      assert.deepEqual(
        news().filter((entry) => entry.endsWith('gets')),
        ['file1 gets', 'server1 gets', `${next} gets`],
      );
    }
    await sinks.close();
  });

  it('come back, after a change that failed, with the cameras of the configuration in use', async () => {
    const sinks = await open(FIRST);
    await sinks.change({ ...configOf({ ...FIRST, broker: { n: 2 } }), sources: twoCameras }, undefined);
    await assert.rejects(sinks.change(configOf({ ...FIRST, broker: { n: 3, fails: true } }), undefined), /broker3/);
    assert.deepEqual([opened.get('broker1'), opened.get('broker2')], [['cam'], ['cam', 'yard']]);
    await sinks.close();
  });
});
