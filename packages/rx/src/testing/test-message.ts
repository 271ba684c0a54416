import { type PublishProperties, type QoS, parseTemplate, type TemplateParams } from '@rxmqtt/core';
import { any, check, fields, flag, payload as payloadRule, qos as qosRule } from '../internal/rules.js';
import type { ObservedMessage } from '../observing/observe-options.js';

/** What a test message is made of. */
export interface TestMessageInit<T> {
  /** Text is sent as UTF-8. Defaults to nothing. */
  readonly payload?: string | Uint8Array;
  /** The decoded value. Defaults to the payload's bytes. */
  readonly value?: T;
  /** Defaults to 0. */
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly redelivered?: boolean;
  readonly properties?: PublishProperties;
}

const INIT = fields<TestMessageInit<never>>({
  ...{ payload: payloadRule, value: any, qos: qosRule, properties: any },
  ...{ retain: flag, dup: flag, redelivered: flag },
});

/** A message that keeps what becomes of it. */
export interface TestMessage<Template extends string, T> extends ObservedMessage<Template, T> {
  /** `undefined`, or how it was acknowledged: 0, or the reason code of `nack()`. The first answer counts. */
  readonly acknowledged: number | undefined;
}

/**
 * Makes a message as `observe` would emit it, for tests of operators and handlers that need no broker.
 * @param template the template or filter that it was observed with.
 * @param topic its topic.
 * @throws RangeError when the topic does not match; InvalidOptionsError for what else is wrong.
 *
 * @example
 * ```ts
 * const message = createTestMessage('plant/{line}/temp', 'plant/7/temp', { value: 21.5, qos: 1 });
 * message.ack();
 * expect(message.acknowledged).toBe(0);
 * ```
 */
export function createTestMessage<const Template extends string, T = Uint8Array>(
  template: Template,
  topic: string,
  init: TestMessageInit<T> = {},
): TestMessage<Template, T> {
  check(['', init, INIT]);
  const parsed = parseTemplate(template);
  const params = parsed.extract(topic) as TemplateParams<Template> | undefined;
  if (params === undefined) throw new RangeError(`the topic ${topic} does not match ${template}`);
  const { payload = '', qos = 0, retain = false, dup = false, redelivered = false, properties = {} } = init;
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  return new MadeMessage(
    { template, topic, params, captures: parsed.captures(topic) as TestMessage<Template, T>['captures'] },
    'value' in init ? init.value : (bytes as T),
    { payload: bytes, qos, retain, dup, redelivered, properties },
  );
}

/** What is told of it by getters can also be read from the copies that operators make. */
class MadeMessage<Template extends string, T> implements TestMessage<Template, T> {
  readonly template: Template;
  readonly topic: string;
  readonly params: TemplateParams<Template>;
  readonly captures: TestMessage<Template, T>['captures'];
  readonly value: T;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly redelivered: boolean;
  readonly properties: PublishProperties;
  /** One for the message and all its copies. */
  private readonly answer: { code: number | undefined } = { code: undefined };

  constructor(
    place: Pick<TestMessage<Template, T>, 'template' | 'topic' | 'params' | 'captures'>,
    value: T,
    init: Pick<TestMessage<Template, T>, 'payload' | 'qos' | 'retain' | 'dup' | 'redelivered' | 'properties'>,
  ) {
    ({ template: this.template, topic: this.topic, params: this.params, captures: this.captures } = place);
    this.value = value;
    ({ payload: this.payload, qos: this.qos, retain: this.retain, dup: this.dup } = init);
    ({ redelivered: this.redelivered, properties: this.properties } = init);
  }

  get acknowledged(): number | undefined {
    return this.answer.code;
  }

  get awaitsAck(): boolean {
    return this.qos > 0 && this.acknowledged === undefined;
  }

  ack(): void {
    this.answer.code ??= 0;
  }

  nack(reasonCode = 0x80): void {
    this.answer.code ??= reasonCode;
  }
}
