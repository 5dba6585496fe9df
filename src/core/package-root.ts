/**
 * The folder of this package: `configs/`, `docs/` and `models/` are below it. Compiled files are three folders deep.
 */
export const packageRoot = new URL('../../../', import.meta.url);
