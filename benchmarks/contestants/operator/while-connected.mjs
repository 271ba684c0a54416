import { whileConnected } from '@rxmqtt/rx';
import { NEVER, switchMap } from 'rxjs';

/** What it costs while there is a connection. */
export const ours = ({ mqtt }) => whileConnected(mqtt);

/** It does not complete with its source. */
export const twin =
  ({ mqtt }) =>
  (messages$) =>
    mqtt.connected$.pipe(switchMap((connected) => (connected ? messages$ : NEVER)));
