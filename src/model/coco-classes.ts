import { cocoCategoryIds, LABEL_SETS } from './labels.js';

/** COCO's classes where their category ids (1 to 90) number them: 91 names, `class-N` for ids that COCO left unused. */
export const COCO_BY_CATEGORY: readonly string[] = Array.from({ length: 91 }, (_, id) => {
  const index = cocoCategoryIds.indexOf(id);
  return index < 0 ? `class-${id}` : LABEL_SETS.coco[index];
});
