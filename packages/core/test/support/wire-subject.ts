import { VirtualClock } from '../../src/testing/virtual-clock.js';
import type { MqttError } from '../../src/errors/mqtt-error.js';
import type { ProtocolVersion } from '../../src/wire/codec/packet-type.js';
import { packetWire } from '../../src/wire/packet-wire.js';
import type { Transport, TransportHandlers } from '../../src/wire/transport.js';
import type { ConnectRequest, Wire, WireHandlers } from '../../src/wire/wire.js';
import { connectRequest } from './connect-request.js';
import { hex } from './packets.js';

/** A transport that does nothing but write down what happens to it. */
export class FakeTransport implements Transport {
  /** What happened to it, in order; writes as hexadecimal digits. */
  readonly log: string[] = [];
  readonly #handlers: TransportHandlers;
  /** Whether `destroy` reports the end before it returns. */
  closesAtOnce = false;
  full = false;
  buffered = 0;
  unsent = 0;

  constructor(handlers: TransportHandlers) {
    this.#handlers = handlers;
  }

  get writes(): string[] {
    return this.log.filter((entry) => /^[0-9a-f]*$/.test(entry));
  }

  write(bytes: Uint8Array): boolean {
    this.log.push(Buffer.from(bytes).toString('hex'));
    return !this.full;
  }

  pause(): void {
    this.log.push('pause');
  }

  resume(): void {
    this.log.push('resume');
  }

  end(): void {
    this.log.push('end');
  }

  destroy(): void {
    this.log.push('destroy');
    if (this.closesAtOnce) this.#handlers.closed(undefined);
  }
}

type Call = readonly [name: keyof WireHandlers, ...args: unknown[]];

/** A wire between a server, which is the test, and handlers that write down their calls. */
export class WireSubject {
  readonly clock = new VirtualClock();
  readonly calls: Call[] = [];
  readonly wire: Wire;
  readonly transport: FakeTransport;
  /** The server's side. */
  readonly server: TransportHandlers;
  /** What a handler does besides; by its name. */
  readonly react: Partial<Record<keyof WireHandlers, () => void>> = {};

  constructor(request: Partial<ConnectRequest> = {}) {
    let transport: FakeTransport | undefined;
    let server: TransportHandlers | undefined;
    const wires = packetWire((_request, handlers) => {
      server = handlers;
      transport = new FakeTransport(handlers);
      return transport;
    }, this.clock);
    this.wire = wires(requestWith(request), this.#handlers());
    this.transport = transport!;
    this.server = server!;
  }

  /** A wire whose server has accepted. */
  static connected(version: ProtocolVersion = 5, request: Partial<ConnectRequest> = {}): WireSubject {
    const subject = new WireSubject({ protocolVersion: version, ...request });
    subject.receive(version === 5 ? '2003 000000' : '2002 0000');
    subject.calls.length = 0;
    subject.transport.log.length = 0;
    return subject;
  }

  get names(): string[] {
    return this.calls.map(([name]) => name);
  }

  /** The arguments of `closed`, which may be called once. */
  get closed(): { readonly error: MqttError; readonly by: unknown } | undefined {
    const all = this.calls.filter(([name]) => name === 'closed');
    expect(all.length).toBeLessThanOrEqual(1);
    const [, error, by] = all[0] ?? [];
    return all.length === 0 ? undefined : { error: error as MqttError, by };
  }

  receive(...chunks: string[]): void {
    for (const chunk of chunks) this.server.data(hex(chunk));
  }

  publish(topic: string, payload = ''): void {
    const payloadLength = Buffer.byteLength(payload);
    this.wire.publish(
      { topic, topicLength: topic.length, payload, payloadLength, qos: 0, retain: false, properties: undefined },
      0,
      false,
    );
  }

  #handlers(): WireHandlers {
    const note =
      (name: keyof WireHandlers) =>
      (...args: unknown[]) => {
        this.calls.push([name, ...args]);
        this.react[name]?.();
      };
    return {
      connack: note('connack'),
      auth: note('auth'),
      publish: note('publish'),
      ack: note('ack'),
      suback: note('suback'),
      unsuback: note('unsuback'),
      drain: note('drain'),
      closed: note('closed'),
    };
  }
}

export function requestWith(request: Partial<ConnectRequest>): ConnectRequest {
  return connectRequest({ maximumPacketSize: 1_024, ...request });
}
