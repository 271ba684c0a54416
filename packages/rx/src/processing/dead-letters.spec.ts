import { ClosedError, InvalidOptionsError, type MqttMessage, PublishRefusedError } from '@rxmqtt/core';
import { of } from 'rxjs';
import { FakeMessage } from '../../test/operators/fake-message.js';
import { watch } from '../../test/operators/marbles.js';
import { connected, idle } from '../../test/operators/scripted.js';
import { deadLetter } from '../dead-letters/dead-letter.js';
import { processEach } from './process-each.js';
import type { ProcessOptions } from './process-options.js';

const mistake = new RangeError('too hot');
const fail = (): never => {
  throw mistake;
};

/** Lets what promises wait for happen. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function processing(script: ReturnType<typeof idle>, options: ProcessOptions = {}) {
  const all: ProcessOptions = { onError: 'deadLetter', deadLetter: deadLetter('dead'), mqtt: script.mqtt, ...options };
  return watch(script.mqtt.observe('plant/#', { qos: 1, ack: 'manual' }).pipe(processEach(fail, all)));
}

describe('a dead letter', () => {
  it('goes out with the bytes, the properties, the reason, the topic and the attempts; then the original is acknowledged', () => {
    const script = connected();
    const seen = processing(script);
    script.grant();
    const payload = new Uint8Array([0, 255, 7]);
    script.deliver(7, { topic: 'plant/1', payload });

    const [letter] = script.published();
    expect(letter).toMatchObject({ topic: 'dead', qos: 1, retain: false, payload });
    expect(Object.fromEntries(letter?.properties?.userProperties ?? [])).toEqual({
      'dead-letter-topic': 'plant/1',
      'dead-letter-reason': 'too hot',
      'dead-letter-attempts': '1',
    });
    expect(script.acks()).toEqual([]);
    script.server.wire.acknowledge(4, letter!.packetId);
    expect(script.acks()).toEqual(['7']);
    expect(seen.values).toMatchObject([{ status: 'deadLettered', attempts: 1, error: mistake, topic: 'dead' }]);
  });

  it('is a JSON text on MQTT 3.1.1, which has no properties', () => {
    const script = connected({ protocolVersion: 4 });
    processing(script);
    script.grant();
    script.deliver(7, { topic: 'plant/1', payload: new Uint8Array([0, 255, 7]) });

    const [letter] = script.published();
    expect(letter?.properties).toBeUndefined();
    expect(JSON.parse(letter!.payload as string)).toEqual({
      topic: 'plant/1',
      reason: 'too hot',
      attempts: 1,
      payload: 'AP8H',
    });
  });

  it('goes where a function says, through another client if wanted, which opens for it', async () => {
    const script = connected();
    const other = idle();
    const seen = processing(script, {
      mqtt: other.mqtt,
      deadLetter: deadLetter(({ topic }) => `dead/${topic}`, { qos: 2, retain: true }),
    });
    script.grant();
    script.deliver(7, { topic: 'plant/1' });
    expect(other.published()).toEqual([]);
    other.server.wire.connack();
    await settled();
    expect(other.published()).toMatchObject([{ topic: 'dead/plant/1', qos: 2, retain: true }]);
    other.server.wire.acknowledge(5, 1);
    other.server.wire.acknowledge(7, 1);
    expect(seen.values).toMatchObject([{ status: 'deadLettered', topic: 'dead/plant/1' }]);
    expect(script.acks()).toEqual(['7']);
  });

  it.each([
    ['alone', () => ({})],
    ['besides another one, which is not waited for', () => ({ mqtt: idle().mqtt })],
  ])('goes through the client that deadLetter names, in its version: %s', async (_, besides) => {
    const script = connected();
    const other = idle({ protocolVersion: 4 });
    const options: ProcessOptions = { onError: 'deadLetter', deadLetter: deadLetter('dead', { mqtt: other.mqtt }) };
    const source$ = script.mqtt.observe('plant/#', { qos: 1, ack: 'manual' });
    const seen = watch(source$.pipe(processEach(fail, { ...options, ...besides() })));
    script.grant();
    script.deliver(7, { topic: 'plant/1' });
    other.server.wire.connack();
    await settled();
    expect(other.published()).toMatchObject([{ topic: 'dead', payload: expect.stringContaining('"too hot"') }]);
    other.server.wire.acknowledge(4, 1);
    expect(seen.values).toMatchObject([{ status: 'deadLettered', topic: 'dead' }]);
    expect(script.acks()).toEqual(['7']);
  });

  it('goes through a client that is no more than a connection', () => {
    const script = connected();
    processing(script, { mqtt: { connection: script.mqtt.connection } });
    script.grant();
    script.deliver(7, { topic: 'plant/1' });
    expect(script.published()).toMatchObject([{ topic: 'dead' }]);
  });

  it('is what retry and redeliver come to in the end', () => {
    jest.useFakeTimers();
    for (const [onError, attempts] of [
      ['retry', 3],
      ['redeliver', 4],
    ] as const) {
      const script = connected();
      const retry = { initialDelay: 1, ...(onError === 'retry' ? { maxAttempts: 3 } : {}) };
      processing(script, { onError, retry });
      script.grant();
      script.deliver(7, { topic: 'plant/1' });
      jest.advanceTimersByTime(1_000);
      const properties = script.published()[0]?.properties?.userProperties ?? [];
      expect(Object.fromEntries(properties)).toMatchObject({ 'dead-letter-attempts': String(attempts) });
    }
    jest.useRealTimers();
  });

  it('is tried again when that may help, and the original waits', () => {
    jest.useFakeTimers();
    const script = connected();
    processing(script);
    script.grant();
    script.deliver(7, { topic: 'plant/1' });
    script.server.wire.acknowledge(4, script.published()[0]!.packetId, 0x97);
    jest.advanceTimersByTime(1_000);
    expect(script.published()).toHaveLength(2);
    expect(script.acks()).toEqual([]);
    script.server.wire.acknowledge(4, script.published()[1]!.packetId);
    expect(script.acks()).toEqual(['7']);
    jest.useRealTimers();
  });

  it('that is refused for good errors the stream, and the original stays unacknowledged', () => {
    const script = connected();
    const seen = processing(script);
    script.grant();
    script.deliver(7, { topic: 'plant/1' });
    script.server.wire.acknowledge(4, script.published()[0]!.packetId, 0x87);
    expect(seen.error).toBeInstanceOf(PublishRefusedError);
    expect(script.acks()).toEqual([]);
  });

  it('that has no way out any more errors the stream', async () => {
    const other = idle();
    await other.mqtt.close();
    const message = new FakeMessage('a');
    const options: ProcessOptions = { onError: 'deadLetter', deadLetter: deadLetter('dead'), mqtt: other.mqtt };
    const seen = watch(of<MqttMessage>(message).pipe(processEach(fail, options)));
    await settled();
    expect(seen.error).toBeInstanceOf(ClosedError);
    expect(message.settled).toBeUndefined();
  });

  it('is not tried again when the connection has ended for good, however that was', async () => {
    const other = idle({ reconnect: { maxAttempts: 1 } });
    const message = new FakeMessage('a');
    const options: ProcessOptions = { onError: 'deadLetter', deadLetter: deadLetter('dead'), mqtt: other.mqtt };
    const seen = watch(of<MqttMessage>(message).pipe(processEach(fail, options)));
    other.server.wire.cut();
    await settled();
    seen.leave();
    expect(other.mqtt.connection.state.type).toBe('failed');
    expect(seen.error).toMatchObject({ code: 'ERR_MQTT_NETWORK', retryable: true });
    expect(message.settled).toBeUndefined();
  });

  it('is taken back when nobody waits for it', async () => {
    const script = connected();
    const other = idle();
    const seen = processing(script, { mqtt: other.mqtt });
    script.grant();
    script.deliver(7, { topic: 'plant/1' });
    seen.leave();
    other.server.wire.connack();
    await settled();
    expect(other.published()).toEqual([]);
    expect(script.acks()).toEqual([]);
  });

  it('needs somewhere to go, and somebody who publishes it', () => {
    expect(() => processEach(fail, { onError: 'deadLetter', mqtt: idle().mqtt })).toThrow(/deadLetter/);
    expect(() => processEach(fail, { deadLetter: deadLetter('dead') })).toThrow(InvalidOptionsError);
  });
});
