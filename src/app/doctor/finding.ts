/** One thing that was looked at. */
export type Finding = {
  readonly name: string;
  /** `absent`: nobody needs it; `limited`: runs work, but for what is said; `missing`: no run works. */
  readonly state: 'ok' | 'absent' | 'limited' | 'missing';
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
};
