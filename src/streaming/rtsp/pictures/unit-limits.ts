/** The largest coded picture that is assembled, in bytes. */
export const MAX_UNIT_BYTES = 16 * 2 ** 20;

/** Added for each piece beside its bytes: a sender of tiny pieces must not fill the memory either. */
export const PIECE_BYTES = 64;

export const TOO_LARGE = `the camera sends pictures of more than ${MAX_UNIT_BYTES / 2 ** 20} MiB; they are dropped`;
