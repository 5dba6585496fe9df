import * as z from 'zod';
import { settingsSchema, type KeyFacts } from './schema.js';

/** Any value may come from the environment, and is text until it is put in. */
const FROM_ENVIRONMENT = { type: 'string', pattern: '\\$\\{' } as const;

/** What editors need to complete and check a configuration: JSON Schema 2020-12, from the schema that checks it here. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(settingsSchema, {
    override({ zodSchema, jsonSchema }) {
      const facts = z.globalRegistry.get(zodSchema) as KeyFacts | undefined;
      delete jsonSchema['allowed'];
      delete jsonSchema['written'];
      if (facts === undefined || jsonSchema.type === 'object') return;
      const { description, default: preset, ...checked } = jsonSchema;
      const written = facts.written ?? checked;
      for (const name of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, name);
      Object.assign(jsonSchema, { description, ...(preset === undefined ? {} : { default: preset }) });
      const takesAnyText = [written['type']].flat().includes('string') && written['enum'] === undefined && written['pattern'] === undefined;
      Object.assign(jsonSchema, takesAnyText ? written : { anyOf: [written, FROM_ENVIRONMENT] });
    },
  });
  return { ...schema, title: 'Nowcast configuration' };
}
