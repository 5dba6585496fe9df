import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { Subject, type Observable } from 'rxjs';
import * as z from 'zod';
import type { SourceConfig } from '../../config/run-sources.js';
import { UsageError } from '../../core/errors.js';
import { writeFileAtomic } from '../../files/atomic-write.js';
import { SWITCH_NAMES, type SwitchName, type SwitchState, type Switches } from './switches.js';

const SCHEMA = 'nowcast.switches/1';

const position = z.looseObject({ isOn: z.boolean(), configured: z.boolean() });

const stored = z.object({
  schema: z.literal(SCHEMA),
  /**
   * Positions that differ from the configuration, by camera and switch, with the value that it had then. Switches of a
   * newer version stay in the file.
   */
  cameras: z.record(
    z.string(),
    z.looseObject({ enabled: position, detect: position } satisfies Record<SwitchName, unknown>).partial(),
  ),
});

type Stored = z.infer<typeof stored>['cameras'];

/** The parts of a camera's configuration that its switches begin with. */
export type SwitchedCamera = Pick<SourceConfig, 'id' | 'isOff' | 'isDetectOff'>;

/**
 * Switches whose positions are kept in a file. A position lasts until somebody changes it, here or in the
 * configuration: the one that was changed last holds.
 */
export class StoredSwitches implements Switches {
  readonly #path: string | undefined;
  readonly #onWarning: (message: string) => void;
  readonly #changes = new Subject<SwitchState>();
  #states: readonly SwitchState[] = [];
  #stored: Stored;
  /** One write after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(path: string | undefined, positions: Stored, onWarning: (message: string) => void) {
    this.#path = path;
    this.#stored = positions;
    this.#onWarning = onWarning;
  }

  /**
   * @param path of the file; undefined keeps the positions as long as the program runs
   * @param onWarning receives the reason why positions are lost
   * @throws UsageError if the file cannot be read
   */
  static async open(path: string | undefined, onWarning: (message: string) => void): Promise<StoredSwitches> {
    return new StoredSwitches(path, path === undefined ? {} : await readStored(path, onWarning), onWarning);
  }

  get changes(): Observable<SwitchState> {
    return this.#changes;
  }

  all(): readonly SwitchState[] {
    return this.#states;
  }

  isOn(camera: string, name: SwitchName): boolean {
    return this.#find(camera, name)?.isOn ?? false;
  }

  /** Takes over the cameras of a configuration. A value that has changed in it holds, and replaces what is stored. */
  configure(cameras: readonly SwitchedCamera[]): Promise<void> {
    const before = new Map(this.#states.map((state) => [keyOf(state), state]));
    this.#states = cameras.flatMap(({ id, isOff, isDetectOff }) => {
      const configured: Record<SwitchName, boolean> = { enabled: isOff !== true, detect: isDetectOff !== true };
      return SWITCH_NAMES.map((name): SwitchState => {
        const own = { camera: id, name, configured: configured[name] };
        const known = before.get(keyOf(own)) ?? this.#stored[id]?.[name];
        return { ...own, isOn: known?.configured === own.configured ? known.isOn : own.configured };
      });
    });
    for (const state of this.#states) {
      const former = before.get(keyOf(state));
      if (former !== undefined && former.isOn !== state.isOn) this.#changes.next(state);
    }
    const stored = this.#turn.then(() => this.#store(this.#states));
    this.#turn = stored.catch((error: unknown) => this.#onWarning((error as Error).message));
    return this.#turn.then(() => undefined);
  }

  set(camera: string, name: string, isOn: boolean): Promise<SwitchState> {
    const done = this.#turn.then(() => this.#set(camera, name, isOn));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #set(camera: string, name: string, isOn: boolean): Promise<SwitchState> {
    const before = this.#find(camera, name);
    if (before === undefined) throw this.#unknown(camera, name);
    if (before.isOn === isOn) return before;
    const after = { ...before, isOn };
    await this.#store(this.#states.map((state) => (state === before ? after : state)));
    this.#states = this.#states.map((state) => (keyOf(state) === keyOf(after) ? { ...state, isOn } : state));
    this.#changes.next(after);
    return after;
  }

  async #store(states: readonly SwitchState[]): Promise<void> {
    // Those of a camera that is away for now are kept.
    const cameras: Stored = { ...this.#stored };
    for (const { camera, name, isOn, configured } of states) {
      const { [name]: _, ...others } = cameras[camera] ?? {};
      cameras[camera] = isOn === configured ? others : { ...others, [name]: { isOn, configured } };
    }
    const left = Object.fromEntries(Object.entries(cameras).filter(([, own]) => Object.keys(own).length > 0));
    if (this.#path !== undefined && !isDeepStrictEqual(left, this.#stored))
      await writeFileAtomic(this.#path, `${JSON.stringify({ schema: SCHEMA, cameras: left }, null, 2)}\n`, {
        mode: 0o600,
        folderMode: 0o700,
      });
    this.#stored = left;
  }

  #find(camera: string, name: string): SwitchState | undefined {
    return this.#states.find((state) => state.camera === camera && state.name === name);
  }

  #unknown(camera: string, name: string): UsageError {
    const cameras = [...new Set(this.#states.map((state) => state.camera))];
    return cameras.includes(camera)
      ? new UsageError(`there is no switch "${name}"; it must be one of ${SWITCH_NAMES.join(', ')}`)
      : new UsageError(`there is no camera "${camera}"; it must be one of ${cameras.join(', ')}`);
  }
}

function keyOf({ camera, name }: Pick<SwitchState, 'camera' | 'name'>): string {
  return `${name} ${camera}`;
}

async function readStored(path: string, onWarning: (message: string) => void): Promise<Stored> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new UsageError(
      `the file of switches ${path} cannot be read (${code ?? String(cause)}); name another one with --state`,
      { cause, keys: ['state'] },
    );
  }
  try {
    return stored.parse(JSON.parse(text)).cameras;
  } catch {
    // A service that runs without them is of more use than none.
    onWarning(`${path} holds no switches of Nowcast; they begin as the configuration says, and replace it`);
    return {};
  }
}
