// One worker of a group: started by group-worker.ts as a process of its own.
import { connect, processEach, text } from '../src/index.js';
import type { GroupWorkerOptions } from './group-worker.js';

const { url, clientId, filter, group } = JSON.parse(process.argv[2] ?? '{}') as GroupWorkerOptions;

const mqtt = connect(url, { clientId, session: { clean: false, expiry: 300 } });
mqtt
  .observe(filter, { group, qos: 1, ack: 'manual', codec: text() })
  .pipe(
    processEach(
      async ({ value }) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        process.stdout.write(`${value}\n`);
      },
      { concurrency: 4 },
    ),
  )
  .subscribe();

// Granted after the group's: one packet at a time is answered in its order.
const probe = mqtt.connection.subscribe(`ready/${clientId}`, {}, () => undefined);
probe.ready.then(
  () => process.stdout.write('ready\n'),
  (error: unknown) => {
    process.stderr.write(String(error));
  },
);
