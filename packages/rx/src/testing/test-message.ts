import { type PublishProperties, type QoS, parseTemplate, type TemplateParams } from '@rxmqtt/core';
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

/** A message that keeps what becomes of it. */
export interface TestMessage<Template extends string, T> extends ObservedMessage<Template, T> {
  /** `undefined`, or how it was acknowledged: 0, or the reason code of `nack()`. The first answer counts. */
  readonly acknowledged: number | undefined;
}

/**
 * Makes a message as `observe` would emit it, for tests of operators and handlers that need no broker.
 * @param template the template or filter that it was observed with.
 * @param topic its topic.
 * @throws RangeError when the topic does not match.
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
  const parsed = parseTemplate(template);
  const params = parsed.extract(topic) as TemplateParams<Template> | undefined;
  if (params === undefined) throw new RangeError(`the topic ${topic} does not match ${template}`);
  const { payload = '', qos = 0, retain = false, dup = false, redelivered = false, properties = {} } = init;
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  let acknowledged: number | undefined;
  return {
    template,
    topic,
    params,
    captures: parsed.captures(topic) as TestMessage<Template, T>['captures'],
    payload: bytes,
    value: 'value' in init ? init.value : (bytes as T),
    qos,
    retain,
    dup,
    redelivered,
    properties,
    get awaitsAck() {
      return qos > 0 && acknowledged === undefined;
    },
    get acknowledged() {
      return acknowledged;
    },
    ack: () => {
      acknowledged ??= 0;
    },
    nack: (reasonCode = 0x80) => {
      acknowledged ??= reasonCode;
    },
  };
}
