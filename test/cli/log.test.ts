import assert from 'node:assert/strict';
import { redact } from '../../src/config/redact.js';
import { createLog, type LogOptions } from '../../src/cli/log.js';

function capture(options: Pick<LogOptions, 'format' | 'level'>) {
  const lines: string[] = [];
  const log = createLog({
    ...options,
    write: (line) => lines.push(line),
    redact: (value) => redact(value, ['hunter2', '2222']),
  });
  return { log, lines };
}

const withoutTime = (line: string): string => line.slice('00:00:00 '.length);

describe('the log', () => {
  it('writes plain lines for people, with the time, and the level of warnings and errors', () => {
    const { log, lines } = capture({ format: 'text', level: 'info' });
    log.debug('unseen');
    log.info('streaming');
    log.warn('no frames', { camera: 'front', forMs: 1200 });
    log.error('lost');
    for (const line of lines) assert.match(line, /^\d\d:\d\d:\d\d /);
    assert.deepEqual(lines.map(withoutTime), [
      'streaming\n',
      'warning: no frames camera=front forMs=1200\n',
      'error: lost\n',
    ]);
  });

  it('writes one JSON object per line for programs', () => {
    const { log, lines } = capture({ format: 'json', level: 'debug' });
    log.debug('tried', { times: 2 });
    const { time, ...rest } = JSON.parse(lines[0]) as Record<string, unknown>;
    assert.deepEqual(rest, { level: 'debug', msg: 'tried', times: 2 });
    assert.equal(typeof time, 'number');
    assert.ok(lines[0].endsWith('}\n'));
  });

  it('prints no control character of a name, and lets no name look like another message', () => {
    const text = capture({ format: 'text', level: 'info' });
    text.log.info('a\x1b[2Jb.mp4\nerror: lost', { camera: 'c\n\x9b31m' });
    assert.deepEqual(text.lines.map(withoutTime), ['a\\u001b[2Jb.mp4\n  error: lost camera=c\n  \\u009b31m\n']);
    const json = capture({ format: 'json', level: 'info' });
    json.log.info('a\x1b\x9b\n.mp4');
    assert.match(json.lines[0], /"msg":"a\\u001b\\u009b\\n\.mp4"/);
  });

  it('hides secrets in messages and facts', () => {
    for (const format of ['text', 'json'] as const) {
      const { log, lines } = capture({ format, level: 'info' });
      log.info('login with hunter2', { url: 'x:hunter2' });
      assert.ok(!lines[0].includes('hunter2') && lines[0].includes('***'), lines[0]);
    }
  });

  it('keeps numbers that contain the digits of a secret', () => {
    const { log, lines } = capture({ format: 'json', level: 'info' });
    log.info('pin 2222', { bytes: 12_222_222 });
    const { msg, bytes } = JSON.parse(lines[0]) as Record<string, unknown>;
    assert.deepEqual([msg, bytes], ['pin ***', 12_222_222]);
  });
});
