import { spawnSync } from 'node:child_process';

/** The name of the first absent program or condition; undefined if all are present. */
export function firstMissing(needs: Readonly<Record<string, boolean>>): string | undefined {
  return Object.entries(needs).find(([, present]) => !present)?.[0];
}

/** A test that is pending, with its need in the title, if a need is absent. */
export function itNeeds(
  needs: Readonly<Record<string, boolean>>,
  title: string,
  body: (this: Mocha.Context) => unknown,
): void {
  const missing = firstMissing(needs);
  if (missing === undefined) it(title, body as Mocha.AsyncFunc);
  else it(`${title} (pending: needs ${missing})`);
}

/** True if a program runs on this machine. */
export function hasProgram(name: string, ...args: string[]): boolean {
  return spawnSync(name, args.length > 0 ? args : ['-version'], { stdio: 'ignore' }).error === undefined;
}
