import { connect, type Mqtt } from '@rxmqtt/rx';

/** The connections of a run. */
export interface Clients {
  readonly pipeline: Mqtt;
  /** None if nothing is simulated. */
  readonly simulator: Mqtt | undefined;
}

/** Milliseconds for an attempt to connect. */
const CONNECT_TIMEOUT = 4_000;
/** Milliseconds for what is on its way when the connections are to end. */
const DRAIN_DEADLINE = 1_000;

/**
 * Connects. A broker that cannot be reached in the first place is an error, so that a mistyped URL is noticed at once; a
 * connection that is lost later is made again for as long as it takes.
 * @throws MqttError that says what is wrong with the URL or the broker.
 */
export async function openClients(url: string, simulate: boolean): Promise<Clients> {
  const pipeline = await openClient(url);
  try {
    return { pipeline, simulator: simulate ? await openClient(url) : undefined };
  } catch (error) {
    await pipeline.close();
    throw error;
  }
}

/** Ends the connections in good order. */
export async function drainClients({ pipeline, simulator }: Clients): Promise<void> {
  const clients = simulator === undefined ? [pipeline] : [pipeline, simulator];
  await Promise.all(clients.map((mqtt) => mqtt.drain({ deadline: DRAIN_DEADLINE })));
}

async function openClient(url: string): Promise<Mqtt> {
  let opened = false;
  const mqtt = connect(url, {
    connectTimeout: CONNECT_TIMEOUT,
    reconnect: { maxDelay: 5_000, shouldRetry: (error) => opened && error.retryable },
  });
  try {
    await mqtt.connection.open();
  } catch (error) {
    await mqtt.close();
    throw error;
  }
  opened = true;
  return mqtt;
}
