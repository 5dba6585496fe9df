import type { Key, Keys } from '../core/keys.js';
import type { NumberRule } from '../core/number-rule.js';
import { formerNames, withValue } from './former-names.js';
import { dotted } from './problems.js';
import { keyAt, sectionIn, SECTION_NAME } from './schema.js';

type JsonSchema = Readonly<Record<string, unknown>>;

const FRACTION = { type: 'number', minimum: 0, maximum: 1 } as const;
const POINT = { type: 'array', prefixItems: [FRACTION, FRACTION], items: false, minItems: 2, maxItems: 2 } as const;

/** Any value may come from the environment; in the file it is then text. */
const FROM_ENVIRONMENT = { type: 'string', pattern: '\\$\\{' } as const;

/**
 * The JSON Schema (2020-12) of a configuration, with which editors complete and check a file. It follows from the same
 * description of keys as the checks. Former names, which the checks take with a warning, are marked as deprecated.
 */
export function configJsonSchema(keys: Keys, title: string): JsonSchema {
  const schema = formerNames(keys).reduce((all, { from, to }) => {
    const { default: _, ...key } = keySchema(keyAt(keys, to)!);
    const description = `Former name of \`${dotted(to)}\`.`;
    return withValue(all, inSchema(from), { ...key, description, deprecated: true });
  }, sectionSchema(keys));
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema, title };
}

/** Where a key's schema stands in that of its configuration. */
const inSchema = (path: readonly string[]): string[] => path.flatMap((name) => ['properties', name]);

function sectionSchema(keys: Keys): JsonSchema {
  const required = Object.keys(keys).filter((name) => keys[name].required === true);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, keySchema(key)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function keySchema(key: Key): JsonSchema {
  const { description, default: preset } = key;
  const facts = { description, ...(preset === undefined ? {} : { default: preset }) };
  const written = writtenAs(key);
  const isSection = key.type === 'sections' || sectionIn(key) !== undefined;
  const takesAnyText =
    [written['type']].flat().includes('string') && written['enum'] === undefined && written['pattern'] === undefined;
  return { ...facts, ...(isSection || takesAnyText ? written : { anyOf: [written, FROM_ENVIRONMENT] }) };
}

/** The schema of a value as written in a file. */
function writtenAs(key: Key): JsonSchema {
  switch (key.type) {
    case 'boolean':
      return { type: 'boolean' };
    case 'number':
      return numberSchema(key);
    case 'pair':
      return {
        type: 'array',
        prefixItems: [numberSchema(key), numberSchema(key)],
        items: false,
        minItems: 2,
        maxItems: 2,
      };
    case 'text':
      return {
        type: key.isNumberToo === true ? ['string', 'integer'] : 'string',
        ...(key.pattern !== undefined ? { pattern: key.pattern } : key.isNumberToo === true ? {} : { minLength: 1 }),
      };
    case 'choice':
      return { type: 'string', enum: key.values };
    case 'points':
      return { type: 'array', minItems: key.isClosed ? 3 : 2, items: POINT };
    case 'duration':
    case 'time':
      return { type: ['number', 'string'] };
    case 'list':
      return { anyOf: [{ type: 'array', items: { type: ['string', 'number'] }, minItems: 1 }, { type: 'string' }] };
    case 'file':
    case 'file-or-name':
      return { type: 'string', minLength: 1 };
    case 'either':
      return eitherSchema(key.of.map(writtenAs));
    case 'section':
      return sectionSchema(key.keys);
    case 'sections':
      return {
        type: 'object',
        ...(key.hasAnyNames === true ? {} : { propertyNames: { pattern: SECTION_NAME.source } }),
        additionalProperties: sectionSchema(key.of),
      };
  }
}

function numberSchema({ min, above, max, isInteger, multipleOf }: NumberRule): JsonSchema {
  return {
    type: isInteger === true ? 'integer' : 'number',
    ...(min === undefined ? {} : { minimum: min }),
    ...(above === undefined ? {} : { exclusiveMinimum: above }),
    ...(max === undefined ? {} : { maximum: max }),
    ...(multipleOf === undefined ? {} : { multipleOf }),
  };
}

/** A text without a pattern accepts every other text form too. */
function eitherSchema(schemas: readonly JsonSchema[]): JsonSchema {
  return (
    schemas.find(({ type }) => [type].flat().includes('string') && [type].flat().includes('number')) ?? {
      anyOf: schemas,
    }
  );
}
