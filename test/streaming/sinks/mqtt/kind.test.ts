import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../../../src/core/errors.js';
import { withDefaults } from '../../../../src/config/settings.js';
import { schemaOf } from '../../../../src/config/schema.js';
import { mqttKind } from '../../../../src/streaming/sinks/mqtt/kind.js';
import { readTls } from '../../../../src/streaming/sinks/mqtt/tls-files.js';
import { temporaryFolder } from '../../../helpers/temporary.js';

const settings = (given: object): Readonly<Record<string, unknown>> =>
  withDefaults(
    mqttKind.keys,
    schemaOf(mqttKind.keys).parse({ host: 'broker', ...given }) as Readonly<Record<string, unknown>>,
  );

describe('the section mqtt', () => {
  const folder = temporaryFolder();
  const refuses = (given: object, message: RegExp): void => {
    assert.throws(
      () => mqttKind.check?.(settings(given), []),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  };

  it('refuses keys that contradict each other, and names them', () => {
    refuses({ password: 'x' }, /mqtt\.password needs mqtt\.user/);
    refuses({ tls_cert: '/a.pem' }, /mqtt\.tls_cert needs mqtt\.tls_key/);
    refuses({ tls_key: '/a.pem' }, /mqtt\.tls_key needs mqtt\.tls_cert/);
    refuses({ tls: false, tls_ca: '/a.pem' }, /mqtt\.tls is false/);
    refuses({ tls_insecure: true }, /mqtt\.tls_insecure is about TLS/);
    for (const good of [{}, { user: 'u' }, { user: 'u', password: 'p' }, { tls: true, tls_insecure: true }])
      mqttKind.check?.(settings(good), []);
  });

  it('refuses a prefix that is no beginning of topics', () => {
    for (const key of ['topic_prefix', 'discovery_prefix'])
      for (const bad of ['a/#', '+', 'a/'])
        assert.equal(schemaOf(mqttKind.keys).safeParse({ host: 'b', [key]: bad }).success, false, `${key} ${bad}`);
  });

  it('refuses a host with anything beside its name, without showing it', () => {
    const read = (host: string) => schemaOf(mqttKind.keys).safeParse({ host });
    for (const good of ['broker', 'broker.local.', '192.0.2.7', '::1', 'fe80::1%eth0', 'böser-host'])
      assert.equal(read(good).success, true, good);
    for (const bad of ['mqtt://broker', 'me:s3cret@broker', 's3cret@broker', 'broker:1883', '[::1]', 'broker/s3cret']) {
      const message = read(bad).error?.message ?? '';
      assert.match(message, /mqtt\.port/, bad);
      assert.ok(!message.includes('s3cret'), message);
    }
  });

  it('takes numbers as people write them in YAML', () => {
    const read = (given: object): unknown => schemaOf(mqttKind.keys).safeParse({ host: 'b', ...given }).data;
    assert.deepEqual(read({ protocol: 5, qos: 0 }), { host: 'b', protocol: '5', qos: 0 });
    assert.deepEqual(read({ protocol: '3.1.1' }), { host: 'b', protocol: '3.1.1' });
    for (const bad of [{ protocol: 4 }, { qos: 2 }]) assert.equal(read(bad), undefined);
  });

  it('reads the files of TLS before anything starts, and names a wrong one', async () => {
    const of = (name: string): string => join('test/fixtures/field/tls', `${name}.pem`);
    const copy = join(folder(), 'ca.pem');
    const fails = (given: object, message: RegExp): Promise<void> =>
      assert.rejects(
        mqttKind.open.prepare(settings(given)),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    await fails({ tls_ca: copy }, /^mqtt\.tls_ca .*ca\.pem does not exist/);
    await fails({ tls_ca: of('first-key') }, /^mqtt\.tls_ca .*first-key\.pem holds no certificate/);
    writeFileSync(copy, readFileSync(of('first-cert')));
    await mqttKind.open.prepare(settings({ tls_ca: copy }));
    appendFileSync(copy, readFileSync(of('second-cert'), 'utf8').slice(0, 400));
    await fails({ tls_ca: copy }, /^certificate 2 of 2 in mqtt\.tls_ca .*ca\.pem cannot be read/);
    const [cert, key] = [of('first-cert'), of('first-key')];
    await mqttKind.open.prepare(settings({ tls_cert: cert, tls_key: key }));
    await fails(
      { tls_cert: cert, tls_key: of('second-key') },
      /^mqtt\.tls_key .*second-key\.pem does not fit mqtt\.tls_cert .*first-cert\.pem/,
    );
    await fails({ tls_cert: cert, tls_key: of('encrypted-key') }, /^mqtt\.tls_key .*encrypted-key\.pem is encrypted/);
    await fails({ tls_cert: key, tls_key: key }, /^mqtt\.tls_cert .* holds no certificate/);
    assert.deepEqual(readTls({ tls_ca: cert, tls_insecure: true }), { ca: readFileSync(cert), isInsecure: true });
    assert.equal(readTls({ tls_insecure: false }), undefined);
  });
});
