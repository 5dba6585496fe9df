import type { CameraModel } from './camera-model.js';
import { isUsualDrop } from './drop-reasons.js';

/** `142 ms`, `1.4 s`, `3 min`. */
export function shortDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** Whether a camera that should deliver frames does not. */
export function isAway({ facts }: CameraModel): boolean {
  return facts !== undefined && !facts.isUp && !facts.isOff;
}

export type HealthTexts = {
  readonly fps: string;
  readonly age: string;
  readonly latency: string;
  /** One percept in a hundred or more is later than the budget. */
  readonly isOverBudget: boolean;
  /** `3 of 120 later than 100 ms`; empty without a budget. */
  readonly budget: string;
  readonly drops: string;
  readonly losses: string;
};

/** The health of a camera in words. @param nowMs Unix milliseconds of the server */
export function healthTexts(model: CameraModel, nowMs: number): HealthTexts {
  const { stats, facts, budgetMs } = model;
  const age = model.ageAt(nowMs);
  const quantiles = stats?.latencyMs ?? facts?.latencyMs;
  const drops = Object.entries(stats?.drops ?? facts?.drops ?? {}).filter(([, count]) => (count ?? 0) > 0);
  const lost = drops.filter(([reason]) => !isUsualDrop(reason));
  const stopped = drops.filter(([reason]) => reason === 'stopped');
  const lostText = lost.length === 0 ? 'none lost' : countsText(lost);
  const losses = facts?.losses ?? 0;
  return {
    fps: model.fpsAt(nowMs).toFixed(1),
    age: age === undefined ? '–' : shortDuration(age),
    latency:
      quantiles === undefined || (quantiles.p50 === 0 && quantiles.p99 === 0)
        ? '–'
        : `${Math.round(quantiles.p50)} / ${Math.round(quantiles.p99)} ms`,
    isOverBudget: budgetMs !== undefined && (quantiles?.p99 ?? 0) > budgetMs,
    budget: budgetMs === undefined ? '' : `budget ${budgetMs} ms`,
    drops: stopped.length === 0 ? lostText : `${lostText}; ${countsText(stopped)}`,
    losses: losses === 0 ? 'never lost' : `reconnected ${losses}×`,
  };
}

/** `3 late, 1 corrupt` */
function countsText(counts: readonly (readonly [reason: string, count: number | undefined])[]): string {
  return counts.map(([reason, count]) => `${count} ${reason}`).join(', ');
}
