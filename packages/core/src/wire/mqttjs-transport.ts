import type { IClientOptions, MqttClient } from 'mqtt';
import { openCustomStream } from './custom-stream.js';
import { mqttjsOptions } from './mqttjs-options.js';
import { openStream } from './open-stream.js';
import type { OpenedStream, Reading } from './opened-stream.js';
import { SlicedWrites } from './sliced-writes.js';
import type { Transport, TransportFactory, TransportHandlers } from './transport.js';
import type { ConnectRequest } from './wire.js';

/** Bytes that may wait in a stream before it counts as full. Streams themselves say so at 16 KiB, far too early for batches. */
const MAX_BUFFERED = 256 * 1024;

/** The part of a Node stream that is used, on TCP, TLS and WebSocket, in Node and in browsers. */
interface DuplexStream {
  readonly writableObjectMode?: boolean;
  readonly writableLength: number;
  readonly destroyed?: boolean;
  on(event: string, listener: (value: never) => void): unknown;
  write(bytes: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  end(): void;
  destroy(): void;
  _write?(chunk: Uint8Array, encoding: string, callback: (error?: Error) => void): void;
  _writev?: ((chunks: readonly { chunk: Uint8Array }[], callback: (error?: Error) => void) => void) | null;
}

/** The builder of MQTT.js that makes the stream of whatever kind the URL asks for. */
interface StreamBuilding {
  streamBuilder: (client: MqttClient) => DuplexStream;
}

/**
 * Transports over what the platform or the user opens. A WebSocket is made of it by MQTT.js, which is loaded when the first is
 * wanted. Of its client only the stream builder is used: the client itself never connects, so that it sends nothing, reads
 * nothing and sets no timer.
 */
export const mqttjsTransport: TransportFactory = (request, handlers) => new MqttjsTransport(request, handlers);

class MqttjsTransport implements Transport {
  readonly #handlers: TransportHandlers;
  readonly #slices = new SlicedWrites();
  #stream: DuplexStream | undefined;
  #reading: Reading | undefined;
  #cause: unknown;
  #explain: (cause: unknown) => unknown = (cause) => cause;
  #closed = false;
  /** Whether anything has come: from then on no failure is one of opening. */
  #opened = false;
  readonly #abort = new AbortController();

  constructor(request: ConnectRequest, handlers: TransportHandlers) {
    this.#handlers = handlers;
    this.#open(request).catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.#cause ??= error;
      this.#stream?.destroy();
      this.#close();
    });
  }

  async #open(request: ConnectRequest): Promise<void> {
    const { signal } = this.#abort;
    // Loaded first: no open stream may be left without listeners. Its browser build has a default export only.
    const mqtt = mayBeWebSocket(request) ? (await import('mqtt')).default : undefined;
    const opened = await openAny(request, signal);
    if (opened.type === 'stream') this.#attach(opened.stream, opened.read);
    else {
      const client = (mqtt ?? (await import('mqtt')).default).connect(webSocketOf(request, opened));
      this.#explain = opened.explain;
      client.on('error', (error) => {
        this.#cause ??= error;
      });
      this.#attach((client as unknown as StreamBuilding).streamBuilder(client));
    }
    if (signal.aborted) this.#stream?.destroy();
    // It may have come broken from a function of the user.
    if (this.#stream?.destroyed === true) this.#close();
    else this.#handlers.opened();
  }

  #attach(stream: DuplexStream, read: () => Reading = () => stream): void {
    this.#stream = stream;
    // The stream of `ws` writes one frame per chunk; one per batch will do. (What has no _writev inherits `null`.)
    if (typeof stream._writev !== 'function' && stream._write !== undefined && !stream.writableObjectMode) {
      stream._writev = (chunks, callback) => stream._write?.(concat(chunks), 'buffer', callback);
    }
    stream.on('data', (chunk: Uint8Array) => {
      this.#opened = true;
      // As a plain array: a Buffer's methods differ, and what users get must not depend on the platform.
      this.#handlers.data(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    });
    stream.on('error', (error: unknown) => {
      this.#cause ??= error;
    });
    stream.on('drain', () => {
      if (this.#slices.drained(stream)) this.#handlers.drain();
    });
    stream.on('close', () => {
      this.#close();
    });
    this.#reading = read();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers.closed(this.#opened || this.#cause === undefined ? this.#cause : this.#explain(this.#cause));
  }

  write(bytes: Uint8Array): boolean {
    const stream = this.#stream;
    if (stream === undefined || this.#closed || this.#abort.signal.aborted) return true;
    // Streams of objects count chunks, not bytes; there their own limit has to do.
    const room = this.#slices.takes(bytes) ? this.#slices.write(bytes, stream) : stream.write(bytes);
    return room || (!stream.writableObjectMode && this.buffered < MAX_BUFFERED);
  }

  get buffered(): number {
    return this.#closed ? 0 : this.#slices.length + (this.#stream?.writableLength ?? 0);
  }

  get unsent(): number {
    return this.#stream?.writableObjectMode === true ? 0 : this.buffered;
  }

  pause(): void {
    this.#reading?.pause();
  }

  resume(): void {
    this.#reading?.resume();
  }

  end(): void {
    if (this.#stream !== undefined) this.#slices.end(this.#stream);
  }

  destroy(): void {
    this.#abort.abort();
    this.#stream?.destroy();
  }
}

/** What the user's function opens, or what the platform has. */
function openAny(request: ConnectRequest, signal: AbortSignal): Promise<OpenedStream> {
  if (request.transport !== undefined) return openCustomStream(request.transport, request, signal);
  return openStream(request, signal);
}

function mayBeWebSocket({ transport, endpoint }: ConnectRequest): boolean {
  return transport === undefined && (endpoint.protocol === 'ws' || endpoint.protocol === 'wss');
}

function webSocketOf(request: ConnectRequest, { url, options }: OpenedStream & { type: 'webSocket' }): IClientOptions {
  return { ...mqttjsOptions(request), path: '/', transformWsUrl: () => url, ...options };
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
