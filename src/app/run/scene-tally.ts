import type { SceneEvent } from '../../core/scene-events.js';
import type { SceneRules } from '../../core/scene-rules.js';

/** By line and direction. */
export type Crossings = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What happened in the scene of one stream. */
export type SceneSummary = {
  /** Objects that were there, by class. */
  readonly objects: Readonly<Record<string, number>>;
  readonly crossings: Crossings;
  /** Most objects at once, in the picture and in each zone. */
  readonly mostAtOnce: { readonly picture: number; readonly zones: Readonly<Record<string, number>> };
};

/** Adds up the events of one scene. */
export class SceneTally {
  readonly #objects = new Map<string, number>();
  readonly #crossings: ReadonlyMap<string, Map<string, number>>;
  #mostInPicture = 0;
  readonly #mostInZone: Map<string, number>;

  constructor({ zones, lines }: SceneRules) {
    this.#mostInZone = new Map(Object.keys(zones).map((zone) => [zone, 0]));
    this.#crossings = new Map(
      Object.entries(lines).map(([name, { toLeft, toRight }]) => [
        name,
        new Map([
          [toLeft, 0],
          [toRight, 0],
        ]),
      ]),
    );
  }

  seen(event: SceneEvent): void {
    switch (event.type) {
      case 'object':
        // An object's class may change until its end.
        if (event.phase === 'end') this.#objects.set(event.className, (this.#objects.get(event.className) ?? 0) + 1);
        break;
      case 'crossing':
        this.#crossings.get(event.line)?.set(event.direction, event.total);
        break;
      case 'count': {
        const presentIn = (place: string | undefined): number =>
          event.counts.reduce((sum, { zone, present }) => sum + (zone === place ? present : 0), 0);
        this.#mostInPicture = Math.max(this.#mostInPicture, presentIn(undefined));
        for (const [zone, most] of this.#mostInZone) this.#mostInZone.set(zone, Math.max(most, presentIn(zone)));
        break;
      }
    }
  }

  get summary(): SceneSummary {
    return {
      objects: Object.fromEntries(this.#objects),
      crossings: Object.fromEntries(
        Array.from(this.#crossings, ([line, directions]) => [line, Object.fromEntries(directions)]),
      ),
      mostAtOnce: { picture: this.#mostInPicture, zones: Object.fromEntries(this.#mostInZone) },
    };
  }
}
