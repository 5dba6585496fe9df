import { UsageError } from '../../../src/core/errors.js';
import { serve } from '../../../training/threads/serve.js';

/** The thread of the tests beside it: `double` responds, the others end as their names state. */
await serve((start: { readonly refuse?: boolean }) => {
  if (start.refuse) throw new UsageError('it will not start');
  return {
    answer: async (request: number | 'throw' | 'refuse' | 'die') => {
      if (request === 'throw') throw new Error('out of luck');
      if (request === 'refuse') throw new UsageError('name another');
      if (request === 'die') process.exit(3);
      return Promise.resolve(2 * request);
    },
  };
});
