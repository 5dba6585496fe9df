import { z } from 'zod';
import type { CountEvent } from '../../../core/scene-events.js';
import type { Topics } from './topics.js';

const text = z.string().min(1);

const cameraFacts = z.object({
  name: text,
  /** Its objects are followed. */
  isCounted: z.boolean(),
  /** Classes that are counted: those of the configuration, and those that were seen. */
  labels: z.array(text).readonly(),
  /** With the classes that they are about; absent: all. */
  zones: z.array(z.object({ name: text, classes: z.array(text).readonly().optional() })).readonly(),
  lines: z.array(z.object({ name: text, directions: z.array(text).readonly() })).readonly(),
  hasSwitches: z.boolean(),
  hasPictures: z.boolean(),
  /** It has a stream of its own for recordings; lists of earlier versions do not say so. */
  hasRecord: z.boolean().default(false),
});

/** The facts of a camera on which its topics depend. */
export type CameraFacts = Readonly<z.infer<typeof cameraFacts>>;

const camerasMessage = z.object({
  /** Of the process that published it. */
  instance: z.string(),
  /** Prefix of the discovery by which they were made known. */
  discoveryPrefix: z.string().optional(),
  cameras: z.array(cameraFacts).readonly(),
});

/** All cameras of a service, as the broker keeps them for its next start. */
export type CamerasMessage = Readonly<z.infer<typeof camerasMessage>>;

/** Beyond this, the message is not one of ours. */
const LONGEST_MESSAGE = 256 * 1024;

/** Undefined if the text, which anybody may have published, is something else. */
export function readCameras(payload: string): CamerasMessage | undefined {
  if (payload.length > LONGEST_MESSAGE) return undefined;
  try {
    return camerasMessage.safeParse(JSON.parse(payload)).data;
  } catch {
    return undefined;
  }
}

/** The zones of a camera, and the picture as a whole, each with the classes that are counted there. */
export function placesOf({
  isCounted,
  labels,
  zones,
}: CameraFacts): readonly { readonly zone?: string; readonly labels: readonly string[] }[] {
  if (!isCounted) return [];
  return [
    { labels },
    ...zones.map(({ name, classes }) => ({
      zone: name,
      labels: classes === undefined ? labels : labels.filter((label) => classes.includes(label)),
    })),
  ];
}

/** The counts of a camera by topic. Without an event, all are 0. */
export function countsByTopic(
  facts: CameraFacts,
  topics: Topics,
  counts: CountEvent['counts'] = [],
): ReadonlyMap<string, number> {
  const byTopic = new Map<string, number>();
  for (const { zone, labels } of placesOf(facts)) {
    const here = counts.filter((count) => count.zone === zone);
    for (const label of [undefined, ...labels]) {
      const counted = here.filter(({ className }) => label === undefined || className === label);
      const sum = (of: 'present' | 'active'): number => counted.reduce((total, count) => total + count[of], 0);
      byTopic.set(topics.present(facts.name, { zone, label }), sum('present'));
      byTopic.set(topics.active(facts.name, { zone, label }), sum('active'));
    }
  }
  return byTopic;
}

/** The topics of a camera whose value is a number, 0 at first. */
export function countTopics(facts: CameraFacts, topics: Topics): readonly string[] {
  const { name, lines } = facts;
  return [
    ...countsByTopic(facts, topics).keys(),
    ...lines.flatMap((line) => line.directions.map((direction) => topics.crossings(name, line.name, direction))),
  ];
}

/** Every retained topic of a camera. */
export function retainedTopics(facts: CameraFacts, topics: Topics): readonly string[] {
  const { name, labels, hasSwitches, hasPictures, hasRecord } = facts;
  return [
    topics.status(name),
    ...(hasRecord ? [topics.status(name, 'record')] : []),
    ...(hasSwitches ? SWITCHES.map((one) => topics.switchState(name, one)) : []),
    ...countTopics(facts, topics),
    ...(hasPictures ? labels.map((label) => topics.snapshot(name, label)) : []),
  ];
}

/** The switches of a camera that have topics. */
export const SWITCHES = ['enabled', 'detect'] as const;

/** The facts with further classes. */
export function withLabels(facts: CameraFacts, labels: readonly string[]): CameraFacts {
  const more = [...new Set(labels)].filter((label) => !facts.labels.includes(label));
  return more.length === 0 ? facts : { ...facts, labels: [...facts.labels, ...more] };
}
