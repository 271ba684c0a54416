import mqttPacket from 'mqtt-packet';
import type { IPublishPacket, Packet, Parser } from 'mqtt-packet';

/**
 * Watches what the broker sends to its subscribers, for messages of QoS 2 that it sends once more after it has released them.
 * mosquitto 2.0.11 does so when a connection is cut while its PUBREL waits to be answered, and then the next one is too: no
 * client can tell such a message from a new one.
 */
export class Repeats {
  /** By client: for each identifier, whether it was released and not given to a new message. Of fixed size. */
  readonly #released = new Map<string, Uint8Array>();
  /** Client, topic and payload of what was sent once more. */
  readonly #messages = new Set<string>();

  /** Sees the bytes of one connection. */
  watch(): { fromClient(chunk: Buffer): void; fromBroker(chunk: Buffer): void } {
    let clientId = '';
    let fromBroker: Parser | undefined;
    const fromClient = mqttPacket.parser();
    fromClient.on('packet', (packet: Packet) => {
      if (packet.cmd !== 'connect') return;
      ({ clientId } = packet);
      fromBroker = mqttPacket.parser({ protocolVersion: packet.protocolVersion ?? 4 });
      fromBroker.on('packet', (answer: Packet) => {
        this.#see(clientId, answer);
      });
      fromBroker.on('error', () => undefined);
    });
    fromClient.on('error', () => undefined);
    return {
      fromClient: (chunk) => {
        // Only who it is, is of interest.
        if (clientId === '') fromClient.parse(chunk);
      },
      fromBroker: (chunk) => {
        if (clientId.startsWith('subscriber')) fromBroker?.parse(chunk);
      },
    };
  }

  /** Whether the broker has sent this message once more. */
  has(clientId: string, topic: string, payload: string): boolean {
    return this.#messages.has(`${clientId} ${topic} ${payload}`);
  }

  #see(clientId: string, packet: Packet): void {
    let released = this.#released.get(clientId);
    if (released === undefined) {
      released = new Uint8Array(0x1_0000);
      this.#released.set(clientId, released);
    }
    if (packet.cmd === 'pubrel') released[packet.messageId!] = 1;
    if (packet.cmd === 'publish' && packet.qos === 2) this.#published(clientId, packet, released);
  }

  #published(clientId: string, { dup, messageId, topic, payload }: IPublishPacket, released: Uint8Array): void {
    if (dup && released[messageId!] === 1) this.#messages.add(`${clientId} ${topic} ${payload.toString()}`);
    else released[messageId!] = 0;
  }
}
