import type { z } from 'zod';
import { leadingKey } from '../../../config/error-places.js';
import type { ConfigProblem } from './schemas.js';

type Problems = z.infer<typeof ConfigProblem>['problems'];

/** The problems of a configuration, one a line of the error's message: `cameras.yaml:12: detect.conf is 2; …`. */
export function configProblems(message: string): Problems {
  return message.split('\n').map((text) => {
    const [, file, line, words] = /^(.+?):(\d+): (.*)$/s.exec(text) ?? [];
    if (words === undefined) return { message: text };
    const key = leadingKey(words);
    return { file, line: Number(line), ...(key !== undefined && { key }), message: words };
  });
}
