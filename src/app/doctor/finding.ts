/** One result of a check. */
export type Finding = {
  readonly name: string;
  /**
   * `absent`: an optional part is not there; `limited`: runs work, except for the named part; `missing`: no run works.
   */
  readonly state: 'ok' | 'absent' | 'limited' | 'missing';
  readonly found: string;
  /** The step that fixes it. */
  readonly remedy?: string;
};
