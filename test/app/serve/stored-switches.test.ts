import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoredSwitches, type SwitchedCamera } from '../../../src/app/serve/stored-switches.js';
import { OutputError, UsageError } from '../../../src/core/errors.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const FRONT: SwitchedCamera = { id: 'front' };
const OFF: SwitchedCamera = { id: 'front', isOff: true };

describe('switches', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder(), 'state', 'switches.json');
  const warnings: string[] = [];
  beforeEach(() => warnings.splice(0));
  const open = async (...cameras: SwitchedCamera[]): Promise<StoredSwitches> => {
    const switches = await StoredSwitches.open(path(), (warning) => warnings.push(warning));
    await switches.configure(cameras);
    return switches;
  };
  const told = (switches: StoredSwitches): string[] =>
    switches.all().map(({ camera, name, isOn, configured }) => `${camera} ${name} ${isOn}/${configured}`);

  it('begin as the configuration says', async () => {
    const switches = await open(FRONT, { id: 'yard', isOff: true, isDetectOff: true });
    assert.deepEqual(told(switches), [
      'front enabled true/true',
      'front detect true/true',
      'yard enabled false/false',
      'yard detect false/false',
    ]);
  });

  it('keep their positions over a restart, and tell the configured value, too', async () => {
    const first = await open(FRONT);
    await first.set('front', 'detect', false);
    const second = await open(FRONT);
    assert.deepEqual(told(second), ['front enabled true/true', 'front detect false/true']);
    assert.equal(second.isOn('front', 'detect'), false);
  });

  it('take the value of a configuration that has changed, for good', async () => {
    const first = await open(FRONT);
    await first.set('front', 'enabled', false);
    const second = await open(OFF);
    await second.set('front', 'enabled', true);
    assert.deepEqual(told(second)[0], 'front enabled true/false');
    await second.configure([FRONT]);
    assert.deepEqual(told(second)[0], 'front enabled true/true');
    // Once more off in the file: what was set before it changed does not come back.
    assert.deepEqual(told(await open(OFF))[0], 'front enabled false/false');
  });

  it('keep the position of a camera that is away for a while', async () => {
    const first = await open(FRONT);
    await first.set('front', 'detect', false);
    await first.configure([{ id: 'yard' }]);
    await first.set('yard', 'detect', false);
    assert.deepEqual(told(await open(FRONT))[1], 'front detect false/true');
  });

  it('tell each change once, and none for a position that they have', async () => {
    const switches = await open(FRONT);
    const changes: string[] = [];
    switches.changes.subscribe(({ name, isOn }) => changes.push(`${name} ${isOn}`));
    await switches.set('front', 'detect', true);
    await Promise.all([switches.set('front', 'detect', false), switches.set('front', 'enabled', false)]);
    await switches.configure([OFF]);
    await switches.configure([FRONT]);
    assert.deepEqual(changes, ['detect false', 'enabled false', 'enabled true']);
  });

  it('are in a file that its owner alone can read', async () => {
    const switches = await open(FRONT);
    await switches.set('front', 'detect', false);
    assert.equal(statSync(path()).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder(), 'state')).mode & 0o777, 0o700);
  });

  it('stay as they are if the file cannot be written', async () => {
    const switches = await open(FRONT);
    // A folder is in the place of the file.
    mkdirSync(path(), { recursive: true });
    await assert.rejects(switches.set('front', 'detect', false), OutputError);
    assert.equal(switches.isOn('front', 'detect'), true);
  });

  it('begin anew, with a warning, if the file holds something else', async () => {
    mkdirSync(join(folder(), 'state'));
    for (const text of ['', '{}', '{"schema":"nowcast.switches/1","cameras":{"front":{"detect":true}}}']) {
      writeFileSync(path(), text);
      assert.deepEqual(told(await open(FRONT)), ['front enabled true/true', 'front detect true/true']);
      assert.match(warnings.splice(0).join(), /holds no switches of Nowcast/);
    }
    const switches = await open(FRONT);
    await switches.set('front', 'detect', false);
    assert.match(readFileSync(path(), 'utf8'), /"nowcast\.switches\/1"/);
  });

  it('keep their positions, and the switches that it added, after a newer version', async () => {
    mkdirSync(join(folder(), 'state'));
    const off = { isOn: false, configured: true };
    const content = {
      schema: 'nowcast.switches/1',
      cameras: { front: { enabled: off, record: { ...off, by: 'kim' } } },
    };
    writeFileSync(path(), JSON.stringify(content));
    const switches = await open(FRONT);
    assert.equal(told(switches)[0], 'front enabled false/true');
    await switches.set('front', 'enabled', true);
    assert.deepEqual(JSON.parse(readFileSync(path(), 'utf8')), {
      ...content,
      cameras: { front: { record: content.cameras.front.record } },
    });
    assert.deepEqual(warnings, []);
  });

  it('refuse a file that cannot be read', async function () {
    if (process.getuid?.() === 0) this.skip();
    mkdirSync(join(folder(), 'state'));
    writeFileSync(path(), '');
    chmodSync(path(), 0);
    await assert.rejects(open(FRONT), /cannot be read \(EACCES\); name another one with --state/);
  });

  it('name what there is for an unknown camera or switch', async () => {
    const switches = await open(FRONT, { id: 'yard' });
    await assert.rejects(
      switches.set('back', 'detect', true),
      new UsageError('there is no camera "back"; it must be one of front, yard'),
    );
    await assert.rejects(
      switches.set('front', 'motion', true),
      new UsageError('there is no switch "motion"; it must be one of enabled, detect'),
    );
  });

  it('last as long as the program without a file', async () => {
    const switches = await StoredSwitches.open(undefined, (warning) => assert.fail(warning));
    await switches.configure([FRONT]);
    await switches.set('front', 'detect', false);
    assert.equal(switches.isOn('front', 'detect'), false);
  });
});
