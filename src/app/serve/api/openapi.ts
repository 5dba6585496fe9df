import * as z from 'zod';
import { paramsOf } from '../../../streaming/http/route-table.js';
import { Problem, type Content, type Route } from './route.js';

/** Refusals that every path may give. */
const REFUSALS = { description: 'Refused; the text says why.', schema: Problem } as const;

/** The description of an API in OpenAPI 3.1. */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  return {
    openapi: '3.1.0',
    info: { title: 'Nowcast', version, description: 'The service of `nowcast serve`.' },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic', description: 'Any user name; the token as the password.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'nowcast-session' },
      },
    },
  };
}

function operation(route: Route): object {
  const { summary, role, query, body, answers } = route;
  return {
    summary,
    description: role === 'anyone' ? 'For everyone.' : `For the role ${role}.`,
    security: role === 'anyone' ? [] : [{ bearer: [] }, { basic: [] }, { cookie: [] }],
    parameters: [
      ...paramsOf(route).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
        name,
        in: 'query',
        required: false,
        schema: jsonSchema(schema as z.ZodType),
      })),
    ],
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body) } } },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, content]) => [status, response(content)])),
      default: response(REFUSALS),
    },
  };
}

function response(content: Content): object {
  const { description } = content;
  if (content.contentType === undefined)
    return { description, content: { 'application/json': { schema: jsonSchema(content.schema) } } };
  const [type] = content.contentType.split(';');
  return { description, content: { [type]: {} } };
}

function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12' });
  return rest;
}
