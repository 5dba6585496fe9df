import type { SourceConfig } from '../../config/run-sources.js';
import { sourceEntry, type RunParts } from '../parts.js';

/** Whether a camera's coded pictures pass through this program, so that its video can be kept. */
export function hasCodedVideo({ kind, record }: Pick<SourceConfig, 'kind' | 'record'>, parts: RunParts): boolean {
  return record !== undefined || sourceEntry(kind, parts).pictures === 'in-kept-copy';
}
