import type { ProtocolVersion } from '../wire/codec/packet-type.js';
import { variableIntegerLength } from '../wire/codec/variable-integer.js';
import type { PacketTap, Traffic } from '../wire/traffic.js';
import type { WireFactory } from '../wire/wire.js';
import { diagnosticsChannel } from '../observability/diagnostics.js';
import { callHook, type ReportPlugin, type WithHook } from './active-plugins.js';
import { describePacket, measurePacket, type PacketInfo } from './packet-info.js';

/** Shows every packet to the plugins that want to see packets, and to the diagnostics channel. */
export class PluginTap implements PacketTap {
  readonly #outward: readonly WithHook<'packet'>[];
  readonly #inward: readonly WithHook<'packet'>[];
  readonly #report: ReportPlugin;
  readonly #connection: unknown;
  #version: ProtocolVersion = 5;

  constructor(plugins: readonly WithHook<'packet'>[], connection: unknown, report: ReportPlugin) {
    this.#outward = plugins;
    this.#inward = [...plugins].reverse();
    this.#connection = connection;
    this.#report = report;
  }

  /** Wires of which the packets are shown. Whether anybody looks is found out once per attempt. */
  tapped(wires: WireFactory, traffic: Traffic): WireFactory {
    return (request, handlers) => {
      const { protocolVersion, clientId, clean, keepalive } = request;
      const isWanted = this.#outward.length > 0 || diagnosticsChannel('packet')?.hasSubscribers === true;
      traffic.tap = isWanted ? this : undefined;
      this.#version = protocolVersion;
      if (isWanted) this.#show({ direction: 'out', type: 'connect', size: 0, protocolVersion, clientId, clean, keepalive });
      return wires(request, handlers);
    };
  }

  received(bytes: Uint8Array, bodyStart: number, end: number, first: number): void {
    const body = end - bodyStart;
    const size = 1 + variableIntegerLength(body) + body;
    this.#show(describePacket('in', this.#version, { first, bytes, bodyStart, end, bodySize: body, size }));
  }

  sent(bytes: Uint8Array): void {
    const { bodyStart, bodySize } = measurePacket(bytes);
    this.#show(
      describePacket('out', this.#version, { first: bytes[0]!, bytes, bodyStart, end: bytes.length, bodySize, size: bodyStart + bodySize }),
    );
  }

  #show(packet: PacketInfo): void {
    for (const plugin of packet.direction === 'out' ? this.#outward : this.#inward) {
      callHook(plugin, 'packet', this.#report, () => plugin.hooks.packet(packet));
    }
    const channel = diagnosticsChannel('packet');
    if (channel?.hasSubscribers === true) channel.publish({ connection: this.#connection, event: packet });
  }
}
