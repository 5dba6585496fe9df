import { LARGEST_SEED } from '../../../synth/seed.js';
import { UsageError } from '../../core/errors.js';
import { FPS_KEY } from '../../streaming/sources/fps-key.js';
import { sourceKind } from '../../streaming/sources/source-kind.js';

export { LARGEST_SEED };
/** A clear day with traffic and people who cross the street. The bundled model was not trained on this drive. */
export const DEFAULT_DEMO_SEED = 2040;

export const demoKind = sourceKind({
  name: 'demo',
  is: 'drawn live',
  forms: ['demo: for a synthetic drive (demo:SEED for another)'],
  examples: ['demo:', 'demo:17', 'DEMO:4294967295'],
  recognise: (text) => (/^demo:/i.test(text) ? { address: `demo:${seedIn(text)}`, streamId: 'demo' } : undefined),
  keys: { fps: FPS_KEY },
  isLive: false,
  pictures: 'gone',
  needsFfmpeg: false,
  async open({ address, settings: { fps } }, { streamId, input, clock, pace, originals }) {
    const { demoSource } = await import('./demo-source.js');
    return demoSource(seedIn(address), fps, { streamId, input, clock, pace, originals });
  },
});

function seedIn(source: string): number {
  const text = source.slice(source.indexOf(':') + 1);
  const seed = text === '' ? DEFAULT_DEMO_SEED : Number(text);
  if (!/^\d*$/.test(text) || seed > LARGEST_SEED)
    throw new UsageError(
      `the source "${source}" has no valid seed; write demo:SEED with a whole number from 0 to ${LARGEST_SEED}, or demo:`,
    );
  return seed;
}
