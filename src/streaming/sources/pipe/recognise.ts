/** ffmpeg's name of standard input. */
export const STANDARD_INPUT = 'pipe:0';

/** Whether a text is one of the usual names of standard input. */
export function isStandardInput(text: string): boolean {
  return /^(?:-|pipe:0?|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/.test(text);
}
