/** One result of a check. */
export type Finding = {
  readonly name: string;
  /** `absent`: nobody needs it; `limited`: runs work, except for the named part; `missing`: no run works. */
  readonly state: 'ok' | 'absent' | 'limited' | 'missing';
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
};
