/** Decoders that look whether a picture is complete, and fill in what is not. */
export const REPAIRING = new Set([
  'h264',
  'mpeg1video',
  'mpeg2video',
  'mpeg4',
  'h263',
  'h263p',
  'flv1',
  'msmpeg4v2',
  'msmpeg4v3',
  'wmv1',
  'wmv2',
  'wmv3',
  'vc1',
]);
/** Codecs in which nothing depends on a B-picture. */
export const LEAF_B = new Set(['mpeg1video', 'mpeg2video', 'mpeg4', 'wmv3', 'vc1']);
/** Codecs in which nothing depends on another picture. */
export const INTRA = new Set(['mjpeg', 'dnxhd', 'prores', 'dvvideo', 'ffv1', 'rawvideo', 'png']);
