import * as z from 'zod';
import type { NeededRole } from '../../../core/role.js';
import { jsonAnswer, type Answer, type AnswerTo, type ApiRoute } from '../../../streaming/http/answer.js';
import { RouteTable } from '../../../streaming/http/route-table.js';

/** What an answer holds: JSON of a schema, or something else of a type. */
export type Content = { readonly description: string } & (
  { readonly schema: z.ZodType; readonly contentType?: undefined } | { readonly contentType: string }
);

/** A path of the API. Its checks, its answers and its documentation follow from this one description. */
export type Route = ApiRoute & {
  readonly role: NeededRole;
  /** One sentence for the documentation. */
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** By status; refusals that every path has are left out. */
  readonly answers: Readonly<Record<number, Content>>;
  /** Absent if the server answers by itself. */
  readonly answer?: (request: RouteRequest) => Answer | Promise<Answer>;
};

/** A request whose query and body have been checked. */
export type RouteRequest<Q = unknown, B = unknown> = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  readonly body: B;
  /** The name of the user who changes something. */
  readonly by: string;
};

const NOTHING = z.strictObject({});

/** Describes a path; its function gets the types of its schemas. */
export function route<Q extends z.ZodObject = typeof NOTHING, B extends z.ZodObject = typeof NOTHING>(
  description: Omit<Route, 'query' | 'body' | 'answer'> & {
    readonly query?: Q;
    readonly body?: B;
    readonly answer: (request: RouteRequest<z.infer<Q>, z.infer<B>>) => Answer | Promise<Answer>;
  },
): Route {
  return description as Route;
}

export const Problem = z.strictObject({ error: z.string().describe('What is wrong, and the remedy.') });

/** A refusal for people, as JSON. */
export function problem(status: number, error: string): Answer {
  return jsonAnswer({ error } satisfies z.infer<typeof Problem>, status);
}

/** Answers requests by these routes. */
export function answerBy(routes: readonly Route[]): AnswerTo {
  const table = new RouteTable(routes);
  return (what, query, write) => {
    const [method, path] = what.split(' ', 2);
    const found = table.find(method, path);
    if (found?.route.answer === undefined) return undefined;
    const { route: known, params } = found;
    const { token: _, ...given } = Object.fromEntries(query);
    const read = (known.query ?? NOTHING).safeParse(given);
    if (!read.success) return problem(400, `the query is wrong: ${firstIssue(read.error)}`);
    const body = (known.body ?? NOTHING).safeParse(write?.body ?? {});
    if (!body.success) return problem(400, `the body is wrong: ${firstIssue(body.error)}`);
    return known.answer!({ params, query: read.data, body: body.data, by: write?.by ?? 'nobody' });
  };
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
