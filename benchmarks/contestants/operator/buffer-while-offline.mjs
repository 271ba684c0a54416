import { bufferWhileOffline } from '@rxmqtt/rx';
import { concatMap, filter, first, map, of } from 'rxjs';

/** What it costs while there is a connection. */
export const ours = ({ mqtt }) => bufferWhileOffline(mqtt);

/** Without a bound for what waits. */
export const twin = ({ mqtt }) => {
  let connected = false;
  mqtt.connected$.subscribe((now) => {
    connected = now;
  });
  return concatMap((message) =>
    connected
      ? of(message)
      : mqtt.connected$.pipe(
          filter(Boolean),
          first(),
          map(() => message),
        ),
  );
};
