import { latestByTopic } from '@rxmqtt/rx';
import { scan } from 'rxjs';

/** A new map of 100 topics for each message. */
export const ours = () => latestByTopic();

/** Without a bound for the number of topics, and without looking whether a message clears one. */
export const twin = () => scan((latest, message) => new Map(latest).set(message.topic, message), new Map());

export const look = (latest) => [...latest.keys()].sort();
