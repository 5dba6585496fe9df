/** The synthetic world takes seeds of 32 bits. */
export const LARGEST_SEED = 0xffffffff;
