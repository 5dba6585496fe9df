/** The owner of a server, as the server sees it: it has the content. */
export type Owner = {
  /** Asks for the posts of a topic; resolves when they come. */
  join(topic: string): Promise<void>;
  /** Undoes one {@link join}. */
  left(topic: string): void;
  /** @returns the status with which to answer the request */
  ask(what: string, query: string): Promise<number>;
  delivered(id: number): void;
};
