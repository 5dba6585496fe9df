import { shown } from '../../../core/extension.js';
import type { ServiceSwitch, ServiceSwitches } from '../service.js';
import type { Topics } from './topics.js';

export type CommandsOptions = {
  readonly switches: ServiceSwitches;
  readonly topics: Topics;
  readonly onSwitched: (one: ServiceSwitch) => void;
  readonly onProblem: (message: string) => void;
};

const WORDS: Readonly<Record<string, boolean>> = { ON: true, OFF: false };
/** More is not a word of ours. */
const LONGEST_WORD = 16;

/** Handles a message to the topic of a command; others are left alone. */
export function handleCommand(
  { switches, topics, onSwitched, onProblem }: CommandsOptions,
  topic: string,
  payload: Buffer,
  isRetained: boolean,
): void {
  const command = topics.commandOf(topic);
  if (command === undefined) return;
  if (isRetained) {
    onProblem(`${topic} is retained, so it would act again at each connection; publish it without retain`);
    return;
  }
  const text = payload.toString('utf8', 0, LONGEST_WORD);
  const word = text.trim().toUpperCase();
  if (!Object.hasOwn(WORDS, word)) {
    onProblem(`${topic} got ${shown(text)}; it takes ON or OFF`);
    return;
  }
  switches
    .set(command.camera, command.name, WORDS[word])
    .then(onSwitched, (error: unknown) => onProblem(`${topic}: ${(error as Error).message}`));
}
