/** A message of QoS 1 that awaits its acknowledgement, again and again: prepared ones are used more than once. */
export class OwedMessage {
  qos = 1;
  retain = false;
  dup = false;
  redelivered = false;
  awaitsAck = true;

  constructor({ topic, payload, value, template, params, captures, properties }) {
    this.topic = topic;
    this.payload = payload;
    this.value = value;
    this.template = template;
    this.params = params;
    this.captures = captures;
    this.properties = properties;
  }

  ack() {
    this.awaitsAck = false;
  }

  nack() {
    this.awaitsAck = false;
  }
}
