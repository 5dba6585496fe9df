import { LIVE_FORMS, type LiveForm } from './live-messages.js';

/** A camera in one form. */
export type LiveTopic = { readonly camera: string; readonly form: LiveForm };

/** Its topic between the owner and the server. */
export function liveTopic({ camera, form }: LiveTopic): string {
  return `live ${form} ${camera}`;
}

/** Undefined for other topics. */
export function readLiveTopic(topic: string): LiveTopic | undefined {
  const form = LIVE_FORMS.find((known) => topic.startsWith(`live ${known} `));
  return form && { form, camera: topic.slice(`live ${form} `.length) };
}
