import { processEach } from '@rxmqtt/rx';
import { map } from 'rxjs';

const handle = ({ topic }) => topic;

/** Handlers that are done when they return. */
export const ours = () => processEach(handle);

/** Without a policy for handlers that fail. */
export const twin = () =>
  map((message) => {
    const value = handle(message);
    message.ack();
    return { status: 'processed', message, attempts: 1, value };
  });

export const owed = true;

export const look = ({ status, message, attempts, value }) => [
  status,
  message.topic,
  message.awaitsAck,
  attempts,
  value,
];
