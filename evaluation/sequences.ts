import { DataError } from '../src/core/errors.js';
import { integerOf, type JsonRecord } from './json-records.js';
import { asRecordId, type RecordId } from './record-id.js';
import type { Warnings } from './warnings.js';

/** Frames of one drive, video or folder in the order in which they were taken. */
export type Sequence = {
  readonly name: string;
  /** Folder below the data root that holds its pictures. */
  readonly dir: string;
  /** Indices into `GroundTruth.images`: frame i of the sequence is image `images[i]`. */
  readonly images: Int32Array;
};

/** As sAP's toolkit, frames count in the order of the file; `fid` only names them. */
export function argoverseSequences(
  json: JsonRecord,
  records: readonly JsonRecord[],
  imageIndex: ReadonlyMap<RecordId, number>,
  warnings: Warnings,
): Sequence[] {
  const names = stringsOf(json, 'sequences');
  const dirs = 'seq_dirs' in json ? stringsOf(json, 'seq_dirs') : names;
  if (dirs.length !== names.length)
    throw new DataError(`annotations: ${names.length} "sequences" but ${dirs.length} "seq_dirs"`);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw new DataError(`annotations: two sequences are called "${repeated}"`);

  const framesOf = names.map((): number[] => []);
  const lastFid = names.map(() => -Infinity);
  records.forEach((record, i) => {
    const sid = integerOf(record, 'sid', 'annotations: images', i);
    const fid = integerOf(record, 'fid', 'annotations: images', i);
    if (sid < 0 || sid >= names.length) {
      throw new DataError(
        `annotations: images[${i}] (id ${String(record['id'])}): "sid" is ${sid}, but there are ${names.length} sequences, counted from 0`,
      );
    }
    if (fid <= lastFid[sid])
      warnings.add(
        'image out of order: its "fid" is not above the one before in its sequence; frames count in the order of the file',
        `images[${i}], fid ${fid}`,
      );
    lastFid[sid] = fid;
    framesOf[sid].push(imageIndex.get(asRecordId(record['id'])!)!);
  });
  return names.map((name, sid) => ({ name, dir: dirs[sid], images: Int32Array.from(framesOf[sid]) }));
}

export function plainSequences(
  records: readonly JsonRecord[],
  images: readonly { readonly name: string }[],
  imageIndex: ReadonlyMap<RecordId, number>,
  oneSequence: string | undefined,
  warnings: Warnings,
): Sequence[] {
  if (oneSequence === undefined) return images.map(({ name }, i) => ({ name, dir: '.', images: Int32Array.of(i) }));
  const frames = Int32Array.from(records, (record) => imageIndex.get(asRecordId(record['id'])!)!);
  for (let i = 1; i < frames.length; i++) {
    const [before, here] = [images[frames[i - 1]].name, images[frames[i]].name];
    if (before.localeCompare(here, 'en', { numeric: true }) > 0) {
      warnings.add(
        'image out of order: its file name sorts before the one above it; frames count in the order of the file',
        `"${here}" after "${before}"`,
      );
    }
  }
  return [{ name: oneSequence, dir: '.', images: frames }];
}

function stringsOf(json: JsonRecord, key: string): readonly string[] {
  const value = json[key];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw new DataError(`annotations: "${key}" must be an array of strings`);
  }
  return value;
}
