import type { Connection, MqttMessage, PublishProperties, QoS, TemplateCaptures, TemplateParams } from '@rxmqtt/core';
import type { ObservedMessage } from './observe-options.js';
import { EXTEND, copyWith } from './with-properties.js';

/** What a reader tells of the filter. */
interface Described<Template extends string> {
  readonly template: Template;
  captures(topic: string): TemplateCaptures<Template>;
}

/** How many properties an observed message has of its own. */
const OWN_PROPERTIES = 11;

/** A message with what the template and the codec make of it. One shape for all, so that pipelines stay fast. */
export class Observed<Template extends string, T> implements ObservedMessage<Template, T> {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly redelivered: boolean;
  readonly value: T;
  readonly params: TemplateParams<Template>;
  // Not #private fields: those cost a third of the whole path from the socket to the observer.
  private readonly message: MqttMessage;
  private readonly reader: Described<Template>;
  private readonly connection: Connection | undefined;

  constructor(
    message: MqttMessage,
    value: T,
    params: TemplateParams<Template>,
    reader: Described<Template>,
    connection: Connection | undefined,
  ) {
    this.topic = message.topic;
    this.payload = message.payload;
    this.qos = message.qos;
    this.retain = message.retain;
    this.dup = message.dup;
    this.redelivered = message.redelivered;
    this.value = value;
    this.params = params;
    this.message = message;
    this.reader = reader;
    this.connection = connection;
  }

  /** The connection that a message came from, if it is as it was observed. */
  static connectionOf(message: object): Connection | undefined {
    return message instanceof Observed ? message.connection : undefined;
  }

  /** The same message with another value. */
  static withValue<Template extends string, T>(
    message: ObservedMessage<Template, unknown>,
    value: T,
  ): Observed<Template, T> {
    const isOurs = message instanceof Observed;
    const reader = isOurs
      ? (message.reader as Described<Template>)
      : { template: message.template, captures: () => message.captures };
    return new Observed(message, value, message.params, reader, isOurs ? message.connection : undefined);
  }

  /** As another filter sees it; a copy costs thirty times as much. */
  [EXTEND]<P extends View>(more: P): Omit<this, keyof P> & P {
    // Whoever has put something on it finds it on the copy as well.
    if (Object.keys(this).length !== OWN_PROPERTIES) return copyWith(this, more);
    const { template = this.template, params = this.params, captures = this.captures } = more;
    const view: Described<string> = { template, captures: () => captures };
    return new Observed(this, this.value, params, view, this.connection) as unknown as Omit<this, keyof P> & P;
  }

  get template(): Template {
    return this.reader.template;
  }

  get captures(): TemplateCaptures<Template> {
    return this.reader.captures(this.topic);
  }

  get properties(): PublishProperties {
    return this.message.properties;
  }

  get awaitsAck(): boolean {
    return this.message.awaitsAck;
  }

  ack(): void {
    this.message.ack();
  }

  nack(reasonCode?: number): void {
    this.message.nack(reasonCode);
  }
}

/** What another filter says of a message. */
type View = Partial<Pick<ObservedMessage<string, unknown>, 'template' | 'params' | 'captures'>>;

/** The connection that a message came from; `undefined` when it is none that `observe` gave. */
export const connectionOf = (message: object): Connection | undefined => Observed.connectionOf(message);

/** The same message with another value. */
export function withValue<Template extends string, T>(
  message: ObservedMessage<Template, unknown>,
  value: T,
): Observed<Template, T> {
  return Observed.withValue(message, value);
}
