import { spawnSync } from 'node:child_process';

/** The first of the given programs or conditions that is absent, by name; undefined when all are there. */
export function firstMissing(needs: Readonly<Record<string, boolean>>): string | undefined {
  return Object.entries(needs).find(([, present]) => !present)?.[0];
}

/** A test that is pending, with what it needs in its title, where something is absent. */
export function itNeeds(
  needs: Readonly<Record<string, boolean>>,
  title: string,
  body: (this: Mocha.Context) => unknown,
): void {
  const missing = firstMissing(needs);
  if (missing === undefined) it(title, body as Mocha.AsyncFunc);
  else it(`${title} (pending: needs ${missing})`);
}

/** Whether a program answers on this machine. */
export function hasProgram(name: string, ...args: string[]): boolean {
  return spawnSync(name, args.length > 0 ? args : ['-version'], { stdio: 'ignore' }).error === undefined;
}
