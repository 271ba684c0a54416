import { DecodeError, InvalidOptionsError, type MqttMessage } from '@rxmqtt/core';
import { type ScriptedMessage, type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { RxMqtt } from '../client/rx-mqtt.js';
import { type DeadLetter, deadLetter } from './dead-letter.js';
import { type DeadLetterCause, publishDeadLetter } from './publish-dead-letter.js';

function connected(protocolVersion: 5 | 4 = 5): TestConnection {
  const server = createTestConnection({ protocolVersion });
  server.connection.open().catch(() => undefined);
  server.wire.connack();
  return server;
}

function receive(server: TestConnection, message: ScriptedMessage): MqttMessage {
  let received: MqttMessage | undefined;
  new RxMqtt(server.connection).observe('#').subscribe((each) => {
    received = each;
  });
  server.clock.advance();
  server.wire.suback();
  server.wire.message(message);
  if (received === undefined) throw new Error('nothing came');
  return received;
}

function publish(server: TestConnection, where: DeadLetter, message: MqttMessage, cause: DeadLetterCause): void {
  publishDeadLetter(server.connection, server.connection.negotiated!, where, message, cause);
}

function sent(server: TestConnection): Extract<SentPacket, { type: 'publish' }>[] {
  server.clock.advance();
  return server.wire.sent.filter((packet) => packet.type === 'publish');
}

const bad: ScriptedMessage = { topic: 'plant/7/temp', payload: new Uint8Array([0xff, 0x00]) };

describe('a dead letter', () => {
  it('carries the bytes as they came, and in user properties what happened', () => {
    const server = connected();
    const message = receive(server, bad);
    const error = new DecodeError(message.topic, message.payload, 'JSON');

    publish(server, deadLetter('dead'), message, { error, attempts: 3 });

    expect(sent(server)).toMatchObject([
      {
        topic: 'dead',
        payload: new Uint8Array([0xff, 0x00]),
        qos: 1,
        retain: false,
        properties: {
          userProperties: [
            ['dead-letter-topic', 'plant/7/temp'],
            ['dead-letter-reason', error.message],
            ['dead-letter-code', 'ERR_MQTT_DECODE'],
            ['dead-letter-attempts', '3'],
          ],
        },
      },
    ]);
  });

  it('keeps the content type and the user properties of the message, and leaves out what would act', () => {
    const server = connected();
    const message = receive(server, {
      ...bad,
      properties: {
        contentType: 'image/png',
        payloadFormatIndicator: 1,
        responseTopic: 'answer/here',
        messageExpiryInterval: 1,
        userProperties: [
          ['a', '1'],
          ['a', '2'],
        ],
      },
    });

    publish(server, deadLetter('dead'), message, { error: 'no', attempts: 1 });

    expect(sent(server)[0]?.properties).toEqual({
      contentType: 'image/png',
      userProperties: [
        ['a', '1'],
        ['a', '2'],
        ['dead-letter-topic', 'plant/7/temp'],
        ['dead-letter-reason', 'no'],
        ['dead-letter-attempts', '1'],
      ],
    });
  });

  it('is JSON on MQTT 3.x', () => {
    const server = connected(4);
    const message = receive(server, bad);

    publish(server, deadLetter('dead'), message, { error: new Error('no'), attempts: 2 });

    expect(JSON.parse(sent(server)[0]?.payload as string)).toEqual({
      topic: 'plant/7/temp',
      reason: 'no',
      attempts: 2,
      payload: Buffer.from([0xff, 0x00]).toString('base64'),
    });
  });

  it('takes payloads of any size into JSON', () => {
    const server = connected(4);
    const payload = Uint8Array.from({ length: 100_000 }, (_, index) => index & 0xff);
    const message = receive(server, { topic: 'a', payload });

    publish(server, deadLetter('dead'), message, { error: 'no', attempts: 1 });

    const { payload: base64 } = JSON.parse(sent(server)[0]?.payload as string) as { payload: string };
    expect(Buffer.from(base64, 'base64').equals(payload)).toBe(true);
  });

  it('goes where the function says, as it says', () => {
    const server = connected();
    const message = receive(server, bad);
    const where: DeadLetter = deadLetter(({ topic }) => `dead/${topic}`, { qos: 2, retain: true });

    publish(server, where, message, { error: 'no', attempts: 1 });

    expect(sent(server)).toMatchObject([{ topic: 'dead/plant/7/temp', qos: 2, retain: true }]);
  });

  it.each([
    ['half a surrogate pair', `x\ud800`, 'x\ufffd'],
    ['control characters', 'a\u0000\nb', 'a b'],
    ['a reason cut within a pair', `${'x'.repeat(999)}😀`, `${'x'.repeat(999)}\ufffd`],
    ['a book', 'x'.repeat(70_000), 'x'.repeat(1_000)],
  ])('can be sent with %s in the reason', (_, message, reason) => {
    const server = connected();

    publish(server, deadLetter('dead'), receive(server, bad), {
      error: new Error(message),
      attempts: 1,
    });

    expect(sent(server)[0]?.properties?.userProperties?.[1]).toEqual(['dead-letter-reason', reason]);
  });

  it('can be sent when what was thrown has no text', () => {
    const server = connected();

    publish(server, deadLetter('dead'), receive(server, bad), {
      error: Object.create(null),
      attempts: 1,
    });

    expect(sent(server)).toHaveLength(1);
  });

  it.each([[''], ['a/+'], ['#'], [7 as never], [undefined as never]])(
    'is refused for the topic %p at once',
    (topic) => {
      expect(() => deadLetter(topic)).toThrow(InvalidOptionsError);
    },
  );

  it('is refused for other options that are wrong, all named', () => {
    expect(() => deadLetter('dead', { qos: 3 as never, retain: 1 as never })).toThrow(/qos.*retain/s);
  });
});
