/** News about a topic, for everyone who watches it. */
export type Post = {
  /** `feed`, or the path of a page's pictures or events. */
  readonly topic: string;
  /** Of two waiting posts of a topic and key, only the newer one counts. */
  readonly key: string;
  readonly body: string | Uint8Array;
  /** Number of a picture in its stream. */
  readonly seq?: number;
  /** The one that it tells about; a retained post is forgotten with its stream. */
  readonly stream?: string | undefined;
  /** The newest post of its key is sent again to a server that starts, and when a first watcher comes. */
  readonly isRetained?: boolean;
  /** Sent only while the topic has watchers. */
  readonly isForWatchers?: boolean;
};

export type PostMessage = Omit<Post, 'stream' | 'isRetained' | 'isForWatchers'> & {
  readonly type: 'post';
  /** Number of older posts of this key that were lost. */
  readonly missed: number;
  /** `delivered` with this id follows. */
  readonly id?: number;
};
