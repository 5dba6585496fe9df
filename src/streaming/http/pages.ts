import type { AnswerTo } from './answer.js';
import type { PageSettings } from './page-part.js';
import type { Post } from './post.js';

/** The means by which pages get their content from the owner of the server. */
export type PagePublisher = {
  /** Number of browsers that ask for the pictures of a path. */
  watchers(path: string): number;
  post(post: Post): void;
  /** Resolves when every browser has it, or none can get it any more. */
  deliver(post: Post): Promise<void>;
};

/** Pages that a server shows beside its own content. The server has their files; their owner answers and publishes. */
export type Pages = {
  readonly settings: PageSettings;
  /** Answers a page's requests. */
  readonly answer: AnswerTo;
  /** Called once the server is open. */
  readonly onOpen: (publisher: PagePublisher) => void;
  /** Called when a topic gets its first watcher, and when it has lost its last one. */
  readonly onWatched?: (topic: string, isWatched: boolean) => void;
};
