import { sectionIn, shortlyAllowed } from '../../src/config/schema.js';
import type { Key, Keys } from '../../src/core/keys.js';

type Row = { readonly path: string; readonly key: Key };

/** The keys of a configuration as a table in Markdown, one row a key: what the documentation shows. */
export function keyTable(keys: Keys): string {
  const rows = rowsOf(keys);
  const hasFlags = rows.some(({ key }) => key.flag !== undefined);
  const lines = rows.map(({ path, key }) => [
    code(path),
    ...(hasFlags ? [key.flag === undefined ? '' : code(key.flag)] : []),
    key.description,
    shortlyAllowed(key),
    defaultOf(key),
  ]);
  const head = ['key', ...(hasFlags ? ['flag'] : []), 'meaning', 'value', 'default'];
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`.replaceAll('|  |', '| |'))
    .join('\n');
}

function rowsOf(keys: Keys, above = ''): Row[] {
  return Object.entries(keys).flatMap(([name, key]): Row[] => {
    const path = above + name;
    if (key.type === 'section') return rowsOf(key.keys, `${path}.`);
    if (key.type === 'sections') return rowsOf(key.of, `${path}.<name>.`);
    return [{ path, key }, ...rowsOf(sectionIn(key)?.keys ?? {}, `${path}.`)];
  });
}

function defaultOf(key: Key): string {
  if (key.default !== undefined) return code(String(key.default));
  return key.required === true ? 'required' : (key.defaultRule ?? '');
}

const code = (text: string): string => `\`${text}\``;
