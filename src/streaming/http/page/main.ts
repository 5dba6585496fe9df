import type { FeedMessage } from '../../feed/protocol.js';
import type { PageNews } from '../page-messages.js';
export const x = (m: FeedMessage, n: PageNews): string => `${m.type} ${n.type}`;
document.title = 'x';
