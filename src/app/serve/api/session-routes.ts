import * as z from 'zod';
import { LOGIN_PATHS } from '../../../streaming/http/login-part.js';
import { Problem, type Route } from './route.js';
import { Session } from './schemas.js';

/** The paths that the server answers by itself; here they are described. */
export const SESSION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: LOGIN_PATHS.session,
    role: 'anyone',
    summary: 'Who the client is, and whether the service asks for a token.',
    answers: { 200: { description: 'The session.', schema: Session } },
  },
  {
    method: 'POST',
    path: LOGIN_PATHS.login,
    role: 'anyone',
    summary: 'Gives a browser a cookie for a token. Each address may try ten tokens at once, then one in 10 s.',
    body: z.strictObject({ token: z.string().min(1) }),
    answers: {
      200: { description: 'The session, and `Set-Cookie`.', schema: Session },
      400: { description: 'The body has no token.', schema: Problem },
      401: { description: 'Nobody has this token.', schema: Problem },
    },
  },
  {
    method: 'POST',
    path: LOGIN_PATHS.logout,
    role: 'anyone',
    summary: 'Ends the session of the cookie.',
    answers: { 200: { description: 'No session.', schema: Session } },
  },
];
