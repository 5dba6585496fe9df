/** Area and extent of a mask. */
export type MaskExtent = {
  /** In pixels. */
  readonly area: number;
  /** Left, top, width, height. */
  readonly box: readonly [left: number, top: number, width: number, height: number];
};

/**
 * Reads COCO's compressed run lengths, as results of segmentation have them. Source: `rleFrString`, `rleArea` and
 * `rleToBbox` of cocoapi `common/maskApi.c`. Runs go down the columns and begin with a run of background.
 * @param height of the picture, in pixels
 */
export function maskExtent(counts: string, height: number, width: number): MaskExtent {
  const runs = runLengths(counts);
  let area = 0;
  for (let i = 1; i < runs.length; i += 2) area += runs[i];

  const even = runs.length - (runs.length % 2);
  if (even === 0) return { area, box: [0, 0, 0, 0] };
  let [left, top, right, bottom] = [width, height, 0, 0];
  let end = 0;
  let firstColumn = 0;
  for (let i = 0; i < even; i++) {
    end += runs[i];
    const pixel = end - (i % 2);
    const y = pixel % height;
    const x = (pixel - y) / height;
    if (i % 2 === 0) firstColumn = x;
    else if (firstColumn < x) {
      top = 0;
      bottom = height - 1;
    }
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { area, box: [left, top, right - left + 1, bottom - top + 1] };
}

/** Five bits a character, the lowest first; from the fourth run on, the difference from the run before the last. */
function runLengths(counts: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < counts.length;) {
    let run = 0;
    let bits = 0;
    let isOpen = true;
    while (isOpen && at < counts.length) {
      const code = counts.charCodeAt(at++) - 48;
      run |= (code & 0x1f) << bits;
      bits += 5;
      isOpen = (code & 0x20) !== 0;
      if (!isOpen && (code & 0x10) !== 0) run |= -1 << bits;
    }
    runs.push(runs.length > 2 ? run + runs[runs.length - 2] : run);
  }
  return runs;
}
