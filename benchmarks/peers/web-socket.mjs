import { WebSocketServer } from 'ws';
import { FrameReader } from './frame-reader.mjs';
import { Handshake } from './handshake.mjs';
import { obey } from './obey.mjs';
import { FrameCounter } from './web-socket-frames.mjs';

/** A broker over WebSocket that counts the messages of QoS 0 that it gets, and the frames that they come in. */
class WebSocketSession {
  #counter = new FrameCounter();
  #reader = new FrameReader();
  #handshake;
  #counted = 0;
  #units = 0;

  constructor(webSocket, socket) {
    socket.on('data', (chunk) => {
      this.#counter.push(chunk);
    });
    this.#handshake = new Handshake(
      { write: (bytes) => webSocket.send(bytes), end: () => webSocket.close() },
      () => undefined,
    );
    webSocket.on('message', (data) => {
      this.#reader.push(data, this);
    });
    // A contestant that is done may leave in the middle of anything.
    webSocket.on('error', () => undefined);
  }

  packet(bytes, first, body, end) {
    if (bytes[first] >> 4 !== 3) {
      this.#handshake.packet(bytes, first, body, end);
      return;
    }
    this.#counted++;
    this.#units += end - body - 2;
  }

  report() {
    return { counted: this.#counted, units: this.#units, frames: this.#counter.frames };
  }
}

let session;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'mqtt' });
const runner = obey({
  prepare: () => {
    session = undefined;
  },
  report: () => session?.report(),
});
server.on('connection', (webSocket, request) => {
  session = new WebSocketSession(webSocket, request.socket);
});
server.on('listening', () => {
  runner.listening(server.address().port);
});
