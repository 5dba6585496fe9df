import { readFileSync } from 'node:fs';

/** A sound pickle of one of the sAP toolkit's files. */
export type PickleSeed = {
  readonly file: 'zoo' | 'time_info' | 'results_ccf' | 'results_raw' | 'outputs' | 'outputs_raw';
  readonly protocol: number;
  readonly bytes: Buffer;
};

type Written = Omit<PickleSeed, 'bytes'> & { readonly base64: string };

/** Each file in every protocol, by `test/python/write_fuzz_pickles.py`. */
export const PICKLE_SEEDS: readonly PickleSeed[] = (
  JSON.parse(readFileSync('test/fixtures/fuzz/pickles.json', 'utf8')) as readonly Written[]
).map(({ base64, ...seed }) => ({ ...seed, bytes: Buffer.from(base64, 'base64') }));

/** The annotations that they fit. */
export const PICKLED_TRUTH = {
  images: [0, 1, 2].map((id) => ({ id, sid: 0, fid: id, name: `${id}.jpg`, width: 320, height: 192 })),
  annotations: [{ id: 1, image_id: 1, category_id: 0, bbox: [10, 20, 50, 70], area: 3500, iscrowd: 0 }],
  categories: [0, 1].map((id) => ({ id, name: `class ${id}` })),
  sequences: ['drive'],
  seq_dirs: ['drive'],
};
