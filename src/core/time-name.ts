/** A time of day as a part of names of files, which then sort by it: `20261127T205811040Z`. */
export function timeName(unixMs: number): string {
  return new Date(unixMs).toISOString().replaceAll(/[-:.]/g, '');
}
