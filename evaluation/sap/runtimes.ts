import { DataError } from '../../src/core/errors.js';
import type { RuntimeProfileFile } from '../../src/scheduling/runtime-profile.js';
import { entryOf, numbersIn } from './plain-data.js';

/**
 * A runtime profile of the sAP toolkit: an entry of its runtime zoo, `{type: "empirical", samples}`, or the
 * `time_info.pkl` of a run, `{runtime_all, …}`; in seconds. Source: mtli/sAP `util/add_to_runtime_zoo.py`,
 * `util/runtime_dist.py`.
 * @throws DataError if it is neither
 */
export function sapRuntimes(pickled: unknown): RuntimeProfileFile {
  const all = entryOf(pickled, 'runtime_all');
  if (all !== undefined) return { type: 'empirical', unit: 's', samples: numbersIn(all, 'runtime_all') };
  const [type, samples] = [entryOf(pickled, 'type'), entryOf(pickled, 'samples')];
  if (type !== 'empirical' || samples === undefined)
    throw new DataError(
      'runtimes: expected an entry of the runtime zoo of the sAP toolkit, {"type": "empirical", "samples"}, or its time_info.pkl',
    );
  return { type, unit: 's', samples: numbersIn(samples, 'samples') };
}
