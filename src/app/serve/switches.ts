import type { Observable } from 'rxjs';

/** `enabled`: the camera runs. `detect`: its frames go to the detector. */
export const SWITCH_NAMES = ['enabled', 'detect'] as const;
export type SwitchName = (typeof SWITCH_NAMES)[number];

export type SwitchState = {
  readonly camera: string;
  readonly name: SwitchName;
  readonly isOn: boolean;
  /** The value of the configuration. */
  readonly configured: boolean;
};

/** The switches of all cameras. Their positions survive a restart of the service. */
export type Switches = {
  all(): readonly SwitchState[];
  /**
   * Takes effect, and is stored.
   * @throws UsageError for an unknown camera or switch; OutputError if it cannot be stored, and it then changes nothing
   */
  set(camera: string, name: string, isOn: boolean): Promise<SwitchState>;
  readonly changes: Observable<SwitchState>;
};
