import type { Answer, ApiSettings, Write } from './answer.js';
import type { FeedHubSettings } from '../feed/feed-hub.js';
import type { PostMessage } from './post.js';
import type { PageSettings } from './page-part.js';
import type { WebServerSettings } from './web-server.js';

/** The first message to a server's process: its settings for life. */
export type OpenMessage = {
  readonly type: 'open';
  readonly server: WebServerSettings;
  readonly feed: FeedHubSettings;
  readonly pages?: PageSettings;
  readonly api?: ApiSettings;
};

/** What an open server takes over: who may connect, and the streams of the feed. */
export type ServerChange = {
  readonly access?: WebServerSettings['access'];
  readonly streams?: readonly string[];
};

export type ToServer =
  | OpenMessage
  | (ServerChange & { readonly type: 'change' })
  | PostMessage
  /** Answers `join`: posts of the topic come from now on. */
  | { readonly type: 'joined'; readonly id: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'ping' }
  /** Ends the server and its process. */
  | { readonly type: 'close' };

export type FromServer =
  /** The server accepts connections. */
  | { readonly type: 'listening'; readonly port: number }
  /** The server cannot begin and ends; this is its last message. */
  | { readonly type: 'failed'; readonly message: string; readonly code?: string; readonly isUsage: boolean }
  /** One watcher more of the topic; nobody posts to a topic without watchers. */
  | { readonly type: 'join'; readonly topic: string; readonly id: number }
  | { readonly type: 'left'; readonly topic: string }
  /** A page's request that the owner answers, such as `POST /slow`. */
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly what: string;
      readonly query: string;
      readonly write?: Write;
    }
  /** Every watcher has the post, or is gone. */
  | { readonly type: 'delivered'; readonly id: number }
  /** So many more messages reached clients only by their successors. */
  | { readonly type: 'missed'; readonly count: number }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'pong' };
