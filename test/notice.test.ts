import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = 'NOTICE.md';
const START = '<!-- The table is generated from package-lock.json. -->\n\n';

type Package = {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly peer?: boolean;
};

/** Licences that a package states in a file of its own, and not in its package.json. */
const STATED_ELSEWHERE: Readonly<Record<string, string>> = { async: 'MIT' };

/** The packages of an installation for production, by licence. */
function table(): string {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Package> };
  const byLicence = new Map<string, Set<string>>();
  for (const [path, { version, license, dev, devOptional, peer }] of Object.entries(packages)) {
    if (path === '' || dev === true || devOptional === true || peer === true) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const licence = license ?? STATED_ELSEWHERE[name];
    assert.ok(licence !== undefined, `${name} states a licence`);
    const names = byLicence.get(licence) ?? new Set();
    byLicence.set(licence, names.add(`${name} ${version}`));
  }
  const rows = [...byLicence]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([licence, names]) => `| ${licence} | ${[...names].sort().join(', ')} |`);
  return ['| licence | packages |', '|---|---|', ...rows, ''].join('\n');
}

describe('NOTICE.md', () => {
  it('lists the licence of every package of an installation (NOWCAST_UPDATE=1 writes it)', () => {
    const page = readFileSync(PAGE, 'utf8');
    const start = page.indexOf(START) + START.length;
    assert.ok(start >= START.length, 'the page says where its table starts');
    const wanted = page.slice(0, start) + table();
    if (process.env['NOWCAST_UPDATE'] === '1') writeFileSync(PAGE, wanted);
    else assert.equal(page, wanted);
  });

  it('comes with the package', () => {
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
    assert.ok(files.includes(PAGE));
  });
});
