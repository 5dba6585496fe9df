import type { LoggedObject } from '../../core/logged-object.js';
import type { CodedStreamState } from '../sources/camera/coded-stream.js';

/** Something that tells its changes; an observable of RxJS does. */
export type Changes<T> = {
  subscribe(next: (value: T) => void): { unsubscribe(): void };
};

/** A switch of a camera. */
export type ServiceSwitch = { readonly camera: string; readonly name: string; readonly isOn: boolean };

/** The switches of a service's cameras, for a sink that offers them to others. */
export type ServiceSwitches = {
  all(): readonly ServiceSwitch[];
  /** @throws UsageError for an unknown camera or switch, OutputError if it cannot be stored */
  set(camera: string, name: string, isOn: boolean): Promise<ServiceSwitch>;
  readonly changes: Changes<ServiceSwitch>;
};

export type ServiceObject = Pick<LoggedObject, 'id' | 'camera' | 'className' | 'hasSnapshot' | 'hasClip'>;

/** The objects that a service remembers, with their pictures. */
export type ServiceObjects = {
  get(id: string): ServiceObject | undefined;
  /** A JPEG of the best view; undefined if there is none. */
  snapshot(id: string): Promise<Uint8Array | undefined>;
  readonly changes: Changes<ServiceObject>;
};

/** A camera's stream for recordings; without a state, the camera is off. */
export type ServiceRecord = { readonly camera: string; readonly state: CodedStreamState | undefined };

/** The streams for recordings that cameras of a service have of their own. */
export type ServiceRecords = {
  all(): readonly ServiceRecord[];
  readonly changes: Changes<ServiceRecord>;
};
