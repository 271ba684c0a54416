import { dispatchFilters } from './dispatch-filters.mjs';
import { fairness } from './fairness.mjs';
import { firstPaint } from './first-paint.mjs';
import { memoryCases } from './memory.mjs';
import { observersOnFilters } from './observers.mjs';
import { operators } from './operators.mjs';
import { processQos1 } from './process-qos1.mjs';
import { publishBurstFlat } from './publish-burst-flat.mjs';
import { publishBurstQos0 } from './publish-burst-qos0.mjs';
import { publishBurstQos1 } from './publish-burst-qos1.mjs';
import { publishMosquitto } from './publish-mosquitto.mjs';
import { publishQos1Windows } from './publish-qos1-window.mjs';
import { publishStored } from './publish-stored.mjs';
import { publishWebSocket } from './publish-web-socket.mjs';
import { receiveMosquitto } from './receive-mosquitto.mjs';
import { receiveQos0 } from './receive-qos0.mjs';
import { receiveQos0Version5 } from './receive-qos0-v5.mjs';
import { receiveQos1 } from './receive-qos1.mjs';
import { roundTripQos1 } from './round-trip-qos1.mjs';
import { startUp } from './start-up.mjs';

/** All cases, in the order of the table. */
export const cases = [
  receiveQos0,
  receiveQos0Version5,
  ...receiveQos1,
  ...receiveMosquitto,
  processQos1,
  publishBurstQos0,
  publishBurstFlat,
  publishBurstQos1,
  ...publishQos1Windows,
  ...publishMosquitto,
  publishStored,
  publishWebSocket,
  roundTripQos1,
  ...fairness,
  startUp,
  firstPaint,
  observersOnFilters,
  ...memoryCases,
  ...dispatchFilters,
  operators,
];
