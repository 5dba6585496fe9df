import { resolvedFormat } from '../core/picture.js';
import type { ModelSpec } from './model-spec.js';

/** The pictures that a network gets, for people: `BGR, letterboxed, 0 to 255 (standard)`. */
export function describePictures({
  input,
  normalisation,
  preprocess,
}: Pick<ModelSpec, 'input' | 'normalisation' | 'preprocess'>): string {
  const { channels, fit } = resolvedFormat(input);
  const isUnit = normalisation?.mean.every((value) => value === 0) === true;
  const values = normalisation === undefined ? '0 to 255' : isUnit ? '0 to 1' : 'normalised';
  return `${channels.toUpperCase()}, ${fit === 'stretch' ? 'stretched' : 'letterboxed'}, ${values} (${preprocess})`;
}
