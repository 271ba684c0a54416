import type { MqttClient } from 'mqtt';
import { mqttjsOptions } from './mqttjs-options.js';
import type { Transport, TransportFactory, TransportHandlers } from './transport.js';
import type { ConnectRequest } from './wire.js';

/** Bytes that may wait in a stream before it counts as full. Streams themselves say so at 16 KiB, far too early for batches. */
const MAX_BUFFERED = 256 * 1024;

/** The part of a Node stream that is used, on TCP, TLS and WebSocket, in Node and in browsers. */
interface DuplexStream {
  readonly writableObjectMode?: boolean;
  readonly writableLength: number;
  readonly writableFinished?: boolean;
  on(event: string, listener: (value: never) => void): unknown;
  pipe(target: ByteTarget): unknown;
  write(bytes: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  end(): void;
  destroy(): void;
  setNoDelay?(noDelay: boolean): void;
  _write?(chunk: Uint8Array, encoding: string, callback: (error?: Error) => void): void;
  _writev?: ((chunks: readonly { chunk: Uint8Array }[], callback: (error?: Error) => void) => void) | null;
}

interface ByteTarget {
  write(bytes: Uint8Array): boolean;
}

/** The builder of MQTT.js that makes the stream of whatever kind the URL asks for. */
interface StreamBuilding {
  streamBuilder: (client: MqttClient) => DuplexStream;
}

/**
 * Transports by MQTT.js: one client per attempt, loaded when the first is made, and thrown away with its stream. Inbound
 * bytes are taken from the stream before its parser sees them, so that all it ever does is to connect and to say CONNECT.
 */
export const mqttjsTransport: TransportFactory = (request, handlers) => new MqttjsTransport(request, handlers);

class MqttjsTransport implements Transport {
  readonly #handlers: TransportHandlers;
  #stream: DuplexStream | undefined;
  #parser: ByteTarget | undefined;
  #cause: unknown;
  #destroyed = false;
  #closed = false;

  constructor(request: ConnectRequest, handlers: TransportHandlers) {
    this.#handlers = handlers;
    this.#open(request).catch((error: unknown) => {
      this.#cause ??= error;
      this.#stream?.destroy();
      this.#close();
    });
  }

  async #open(request: ConnectRequest): Promise<void> {
    // Its browser build has a default export only.
    const { default: mqtt } = await import('mqtt');
    if (this.#destroyed) {
      this.#close();
      return;
    }
    const client = mqtt.connect(mqttjsOptions(request));
    client.on('error', (error) => {
      this.#cause ??= error;
    });
    const building = client as unknown as StreamBuilding;
    const build = building.streamBuilder.bind(client);
    building.streamBuilder = () => this.#tap(build(client));
    client.connect();
  }

  #tap(stream: DuplexStream): DuplexStream {
    this.#stream = stream;
    // Acknowledgements must not wait for each other. [Nagle]
    stream.setNoDelay?.(true);
    // The stream of `ws` writes one frame per chunk; one per batch will do. (What has no _writev inherits `null`.)
    if (typeof stream._writev !== 'function' && stream._write !== undefined && !stream.writableObjectMode) {
      stream._writev = (chunks, callback) => stream._write?.(concat(chunks), 'buffer', callback);
    }
    stream.pipe = (target) => {
      this.#parser = target;
      stream.on('data', (chunk: Uint8Array) => {
        // As a plain array: a Buffer's methods differ, and what users get must not depend on the platform.
        this.#handlers.data(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      });
      return target;
    };
    stream.on('error', (error: unknown) => {
      this.#cause ??= error;
    });
    stream.on('drain', () => {
      this.#handlers.drain();
    });
    stream.on('close', () => {
      this.#close();
    });
    return stream;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers.closed(this.#cause);
  }

  write(bytes: Uint8Array): boolean {
    const stream = this.#stream;
    if (stream === undefined || this.#closed || this.#destroyed) return true;
    // Streams of objects count chunks, not bytes; there their own limit has to do.
    return stream.write(bytes) || (!stream.writableObjectMode && stream.writableLength < MAX_BUFFERED);
  }

  accepted(connack: Uint8Array): void {
    this.#parser?.write(connack);
  }

  get buffered(): number {
    return this.#closed ? 0 : (this.#stream?.writableLength ?? 0);
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  end(): void {
    this.#stream?.end();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#stream?.destroy();
  }
}

function concat(chunks: readonly { chunk: Uint8Array }[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((size, { chunk }) => size + chunk.length, 0));
  let offset = 0;
  for (const { chunk } of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
