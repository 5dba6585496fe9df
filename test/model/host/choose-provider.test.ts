import assert from 'node:assert/strict';
import { ModelError } from '../../../src/core/errors.js';
import { openFastest, openNamed, probeProviders, type TrialProcess } from '../../../src/model/host/choose-provider.js';
import type { ActualProvider } from '../../../src/model/actual-provider.js';

/** A machine, described by each provider's milliseconds per run, or the reason why it does not open. */
type FakeMachine = Readonly<Partial<Record<ActualProvider, number | string>>>;

class FakeHosts {
  readonly running = new Set<ActualProvider>();
  readonly runs: ActualProvider[] = [];
  readonly #machine: FakeMachine;

  readonly #outputs: Readonly<Partial<Record<ActualProvider, readonly number[]>>>;

  /** @param outputs of each provider; default: the same */
  constructor(machine: FakeMachine, outputs: Readonly<Partial<Record<ActualProvider, readonly number[]>>> = {}) {
    this.#machine = machine;
    this.#outputs = outputs;
  }

  readonly start = (provider: ActualProvider): TrialProcess => {
    const runMs = this.#machine[provider] ?? 'not in this build';
    if (typeof runMs === 'number') this.running.add(provider);
    return {
      opened:
        typeof runMs === 'string'
          ? Promise.reject(new ModelError(`${provider}: ${runMs}`))
          : Promise.resolve({
              type: 'ready',
              startMs: 100,
              warmUpMs: runMs * 3,
              supportedProviders: Object.keys(this.#machine) as ActualProvider[],
              form: '',
              warnings: [],
            }),
      measure: async (runs, giveUpAboveMs) => {
        const measured: number[] = [];
        while (measured.length < runs && !(measured.at(-1)! > giveUpAboveMs)) {
          this.runs.push(provider);
          measured.push(runMs as number);
        }
        return measured;
      },
      sample: async () => [Float32Array.from(this.#outputs[provider] ?? [0.5, 100, 1])],
      stop: async () => {
        this.running.delete(provider);
      },
    };
  };
}

const ignore = (): void => undefined;

describe('openFastest', () => {
  it('takes the fastest provider that opens, and stops the others', async () => {
    const hosts = new FakeHosts({ cpu: 15, webgpu: 6, cuda: 2, tensorrt: 'no library' });
    const { host, choice } = await openFastest(hosts.start, ignore);
    assert.equal(host.provider, 'cuda');
    assert.deepEqual([...hosts.running], ['cuda']);
    assert.deepEqual(choice, { provider: 'cuda', medianMs: { cpu: 15, webgpu: 6, cuda: 2 } });
  });

  it('measures nothing if only the CPU opens, and states why the others do not', async () => {
    const hosts = new FakeHosts({ cpu: 15, webgpu: 'no adapter', cuda: 'no library' });
    const log: string[] = [];
    const { host, choice } = await openFastest(hosts.start, (message) => log.push(message));
    assert.equal(host.provider, 'cpu');
    assert.deepEqual(hosts.runs, []);
    assert.deepEqual(choice, { provider: 'cpu', medianMs: {} });
    assert.equal(log.length, 2);
    assert.match(log.join(), /no adapter.*no library/);
  });

  it('ends the trial of a software adapter after one run', async () => {
    const hosts = new FakeHosts({ cpu: 15, webgpu: 450 });
    const { host } = await openFastest(hosts.start, ignore);
    assert.equal(host.provider, 'cpu');
    assert.equal(hosts.runs.filter((provider) => provider === 'webgpu').length, 1);
    assert.deepEqual([...hosts.running], ['cpu']);
  });

  it('skips a provider whose process dies during its measurement', async () => {
    const hosts = new FakeHosts({ cpu: 15, cuda: 2 });
    const { host } = await openFastest(
      (provider) =>
        provider === 'cuda' ? { ...hosts.start(provider), measure: async () => [] } : hosts.start(provider),
      ignore,
    );
    assert.equal(host.provider, 'cpu');
  });

  it('refuses a provider that computes something else than the CPU, and takes the next', async () => {
    const log: string[] = [];
    const hosts = new FakeHosts({ cpu: 15, webgpu: 6, cuda: 2 }, { cuda: [0.5, 60, 1], webgpu: [0.5, 101, 1] });
    const { host, choice } = await openFastest(hosts.start, (message) => log.push(message));
    assert.equal(host.provider, 'webgpu');
    assert.deepEqual(choice, { provider: 'webgpu', medianMs: { cpu: 15, webgpu: 6 } });
    assert.match(log.join('\n'), /cuda is not used, because it computes something else .*differ by 40 %/);
  });

  it('refuses a provider that gives no numbers', async () => {
    const log: string[] = [];
    const hosts = new FakeHosts({ cpu: 15, webgpu: 6 }, { webgpu: [NaN, NaN, NaN] });
    const { host } = await openFastest(hosts.start, (message) => log.push(message));
    assert.equal(host.provider, 'cpu');
    assert.match(log.join('\n'), /webgpu is not used.*no numbers/);
  });

  it('skips a provider whose process dies before it is compared', async () => {
    const hosts = new FakeHosts({ cpu: 15, cuda: 2 });
    const { host } = await openFastest(
      (provider) =>
        provider === 'cuda' ? { ...hosts.start(provider), sample: async () => [] } : hosts.start(provider),
      ignore,
    );
    assert.equal(host.provider, 'cpu');
  });

  it('reports the model itself if it does not open on the CPU', async () => {
    await assert.rejects(openFastest(new FakeHosts({ cpu: 'not a graph' }).start, ignore), /not a graph/);
  });
});

describe('openNamed', () => {
  it('opens the named provider and no other', async () => {
    const hosts = new FakeHosts({ cpu: 15, webgpu: 450 });
    assert.equal((await openNamed('webgpu', hosts.start)).provider, 'webgpu');
    assert.deepEqual([...hosts.running], ['webgpu']);
  });

  it('names the available providers instead of falling back', async () => {
    const hosts = new FakeHosts({ cpu: 15, webgpu: 450, cuda: 'no library' });
    await assert.rejects(
      openNamed('cuda', hosts.start),
      (error: Error) =>
        error instanceof ModelError &&
        error.code === 'NOWCAST_PROVIDER' &&
        /no library.*auto or cpu or webgpu/.test(error.message),
    );
    assert.deepEqual([...hosts.running], []);
  });

  it('blames the model if the CPU cannot open it either', async () => {
    await assert.rejects(
      openNamed('cuda', new FakeHosts({ cpu: 'not a graph', cuda: 'fault' }).start),
      /cpu: not a graph/,
    );
  });
});

describe('probeProviders', () => {
  it('reports for each provider whether it opens, and leaves no process running', async () => {
    const hosts = new FakeHosts({ cpu: 15, webgpu: 450, cuda: 'no library' });
    assert.deepEqual(await probeProviders(hosts.start), [
      { provider: 'cpu' },
      { provider: 'webgpu' },
      { provider: 'cuda', unavailable: 'cuda: no library' },
    ]);
    assert.deepEqual([...hosts.running], []);
  });
});
