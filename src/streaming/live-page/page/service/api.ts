/** The answers of the service that the page asks for; see docs/serve.md. */

export type CameraFacts = {
  readonly name: string;
  readonly source: string;
  readonly isUp: boolean;
  /** Switched off: it is not up, and nothing is wrong. */
  readonly isOff: boolean;
  /** Its frames go to the detector. */
  readonly isDetecting: boolean;
  /** In words. */
  readonly why: string;
  readonly losses: number;
  /** Its stream for recordings, if it has one of its own. */
  readonly record?: { readonly source: string; readonly state: string };
  /** By line and direction. */
  readonly crossings?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly received?: number;
  readonly percepts?: number;
  readonly drops?: Readonly<Record<string, number>>;
  readonly overBudget?: number;
  readonly latencyMs?: { readonly count: number; readonly p50: number; readonly p99: number };
};

export type Point = readonly [x: number, y: number];

type Area = { readonly points: readonly Point[]; readonly classes?: readonly string[] };
export type ZoneConfig = Area & { readonly enterMs: number; readonly leaveMs: number; readonly dwellMs: number };
export type LineConfig = Area & {
  readonly minDistance: number;
  readonly minMs: number;
  readonly toLeft: string;
  readonly toRight: string;
};
export type CameraRules = {
  readonly latencyBudgetMs: number | null;
  readonly followsObjects: boolean;
  readonly zones: Readonly<Record<string, ZoneConfig>>;
  readonly lines: Readonly<Record<string, LineConfig>>;
  readonly masks: Readonly<Record<string, Area>>;
};

export type ServiceStats = {
  readonly detector: { readonly model: string; readonly provider: string; readonly input: unknown };
};

export type Session = {
  readonly auth: 'none' | 'required';
  readonly isOpenToNetwork: boolean;
  readonly user: { readonly name: string; readonly role: string } | null;
};

/** The service asks who this is. */
export class NotLoggedIn extends Error {}

/** Undefined if the service has no such path; @throws if it does not answer */
export async function get<T>(path: string, signal: AbortSignal): Promise<T | undefined> {
  const response = await fetch(path, { signal });
  if (response.status === 404) return undefined;
  if (response.status === 401) throw new NotLoggedIn(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return (await response.json()) as T;
}
