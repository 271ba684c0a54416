import { PacketType, type ProtocolVersion } from '../wire/codec/packet-type.js';
import { variableIntegerLength } from '../wire/codec/variable-integer.js';
import type { PacketTap, Traffic } from '../wire/traffic.js';
import type { WireFactory } from '../wire/wire.js';
import type { ConnectionEmitter } from '../observability/connection-emitter.js';
import { callHook, type ReportPlugin, type WithHook } from './active-plugins.js';
import { describePacket, measurePacket, type PacketInfo } from './packet-info.js';

/** Shows every packet to the plugins that want to see packets, and to who listens for the event. */
export class PluginTap implements PacketTap {
  readonly #outward: readonly WithHook<'packet'>[];
  readonly #inward: readonly WithHook<'packet'>[];
  readonly #report: ReportPlugin;
  readonly #events: ConnectionEmitter;
  #version: ProtocolVersion = 5;

  constructor(plugins: readonly WithHook<'packet'>[], events: ConnectionEmitter, report: ReportPlugin) {
    this.#outward = plugins;
    this.#inward = [...plugins].reverse();
    this.#events = events;
    this.#report = report;
  }

  /** Wires of which the packets are shown, from when somebody wants to see them. */
  tapped(wires: WireFactory, traffic: Traffic): WireFactory {
    this.#events.whenWanted((name) => {
      if (name === 'packet') traffic.tap = this;
    });
    return (request, handlers) => {
      const { protocolVersion, clientId, clean, keepalive } = request;
      const isWanted = this.#outward.length > 0 || this.#events.wants('packet');
      traffic.tap = isWanted ? this : undefined;
      this.#version = protocolVersion;
      if (isWanted)
        this.#show({ direction: 'out', type: 'connect', size: 0, protocolVersion, clientId, clean, keepalive });
      return wires(request, handlers);
    };
  }

  received(bytes: Uint8Array, bodyStart: number, end: number, first: number): void {
    const body = end - bodyStart;
    const size = 1 + variableIntegerLength(body) + body;
    this.#show(describePacket('in', this.#version, { first, bytes, bodyStart, end, bodySize: body, size }));
  }

  sent(bytes: Uint8Array): void {
    // It was shown when the attempt began, by what it was made from: its bytes hold the password.
    if (bytes[0] === PacketType.connect << 4) return;
    const { bodyStart, bodySize } = measurePacket(bytes);
    this.#show(
      describePacket('out', this.#version, {
        first: bytes[0]!,
        bytes,
        bodyStart,
        end: bytes.length,
        bodySize,
        size: bodyStart + bodySize,
      }),
    );
  }

  #show(packet: PacketInfo): void {
    for (const plugin of packet.direction === 'out' ? this.#outward : this.#inward) {
      callHook(plugin, 'packet', this.#report, () => plugin.hooks.packet(packet));
    }
    this.#events.emit('packet', packet);
  }
}
