import { opaque, type Policy, type PolicyKind } from '../policy.js';

/** Runs the first of every `n` frames offered to the free detector, which is not every n-th frame of the stream. */
export function stride(n: number): Policy<{ readonly offered: number }> {
  return {
    name: `stride:${n}`,
    initial: { offered: 0 },
    decide: (_, { offered }) => ({
      decision: offered % n === 0 ? 'run' : 'drop',
      reason: 'stride',
      memory: { offered: offered + 1 },
    }),
  };
}

export const strideKind: PolicyKind = {
  form: 'stride:N',
  where: 'N is 1 or more',
  description: 'Runs the first of every N frames that are offered to the free detector.',
  examples: ['stride:1', 'stride:3', 'stride:25'],
  parse: (text) => {
    const n = /^stride:([1-9]\d*)$/.exec(text)?.[1];
    return n === undefined ? undefined : opaque(stride(Number(n)));
  },
};
