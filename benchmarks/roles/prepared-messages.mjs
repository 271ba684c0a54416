import { createTestBroker } from '@rxmqtt/rx/testing';

const BUILDINGS = 5;
const ROOMS = 5;
const KINDS = ['temperature', 'humidity', 'door', 'motion'];
const ENCODER = new TextEncoder();

/** What the prepared messages were observed with. */
export const template = 'site/{building}/{room}/{kind}';

/** 100 topics: the kinds of a room, the rooms of a building, the buildings. */
export const topics = Array.from({ length: BUILDINGS * ROOMS * KINDS.length }, (_, index) => {
  const room = Math.floor(index / KINDS.length);
  return `site/b${Math.floor(room / ROOMS)}/r${room % ROOMS}/${KINDS[index % KINDS.length]}`;
});

/**
 * Messages as `observe()` emits them, made by a broker in this process: the topics in turn, with 64 bytes of JSON.
 * @returns the messages, and the client that has observed them, which stays connected.
 */
export async function prepareMessages(count) {
  const broker = createTestBroker();
  const mqtt = broker.connect();
  const messages = [];
  await new Promise((resolve) => {
    mqtt.observe(template).subscribe((message) => {
      messages.push(message);
      if (messages.length === count) resolve();
    });
    mqtt.state$.subscribe((state) => {
      if (state.type === 'connected') setImmediate(() => publishAll(broker, count));
    });
  });
  return { messages, mqtt };
}

function publishAll(broker, count) {
  for (let number = 0; number < count; number++) {
    const text = JSON.stringify({ number, celsius: 21.5 });
    const payload = ENCODER.encode(text.replace('}', `,"note":"${'.'.repeat(64 - text.length - 10)}"}`));
    broker.publish({ topic: topics[number % topics.length], payload });
  }
}
