/** The topic of all feed messages between the pipeline and the server. */
export const FEED_TOPIC = 'feed';
