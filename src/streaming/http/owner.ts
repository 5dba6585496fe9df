import type { Answer, Write } from './answer.js';

/** The owner of a server, as the server sees it: it has the content. */
export type Owner = {
  /** Asks for the posts of a topic; resolves when they come. */
  join(topic: string): Promise<void>;
  /** Undoes one {@link join}. */
  left(topic: string): void;
  /**
   * @param what method and path of a request: `POST /slow`
   * @param write absent if it changes nothing
   */
  ask(what: string, query: string, write?: Write): Promise<Answer>;
  delivered(id: number): void;
  /** So many more messages reached clients only by their successors. */
  missed(count: number): void;
};
