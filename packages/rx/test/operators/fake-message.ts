import type { MqttMessage, QoS } from '@rxmqtt/core';

/** A message without a connection, which tells what was done with it. */
export class FakeMessage implements MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain = false;
  readonly dup: boolean;
  readonly redelivered = false;
  readonly properties = {};
  /** `false` when the library acknowledges it, or the delivery has become void. */
  awaitsAck: boolean;
  /** 0 for an acknowledgement, a reason code for a refusal. */
  settled: number | undefined = undefined;

  constructor(topic: string, { payload = '', owed = true, dup = false } = {}) {
    this.topic = topic;
    this.payload = new TextEncoder().encode(payload);
    this.qos = owed ? 1 : 0;
    this.awaitsAck = owed;
    this.dup = dup;
  }

  ack(): void {
    this.#settle(0);
  }

  nack(reasonCode = 0x80): void {
    this.#settle(reasonCode);
  }

  #settle(code: number): void {
    if (this.awaitsAck) this.settled = code;
    this.awaitsAck = false;
  }
}

type Letters<Text extends string> = Text extends `${infer Letter}${infer Rest}` ? Letter | Letters<Rest> : never;

/** Messages by letter, each on the topic of its name. */
export function fakeMessages<Text extends string>(
  letters: Text,
  options: { readonly owed?: boolean } = {},
): Record<Letters<Text>, FakeMessage> {
  const entries = Array.from(letters, (letter) => [letter, new FakeMessage(letter, options)]);
  return Object.fromEntries(entries) as Record<Letters<Text>, FakeMessage>;
}
