import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { HandshakeError } from '../../errors/connection-errors.js';
import type { OpenedStream } from '../opened-stream.js';
import type { ConnectRequest } from '../wire.js';

const FRAME_SLACK = 1024 * 1024;
const PROTOCOL_HEADER = 'sec-websocket-protocol';

/** What `ws` is told through MQTT.js, so that it makes its handshake on a socket that is there already. */
export function webSocketOptions(
  request: ConnectRequest,
  socket: Socket,
  headers: Readonly<Record<string, string>>,
): Pick<OpenedStream & { type: 'webSocket' }, 'options' | 'explain'> {
  const { endpoint, maximumPacketSize, webSocket, protocolVersion } = request;
  const usual = protocolVersion === 3 ? 'mqttv3.1' : 'mqtt';
  const ours = webSocket?.subprotocol ?? usual;
  let answer: IncomingMessage | undefined;
  const options = {
    wsOptions: {
      headers,
      // It would take frames of 100 MiB, and inflate them first: what is kept must be bounded here too. A frame may hold more
      // than one packet.
      perMessageDeflate: false,
      maxPayload: maximumPacketSize + FRAME_SLACK,
      createConnection: () => socket,
      finishRequest: (asked: ClientRequest) => {
        if (ours !== usual) translate(asked, ours, usual);
        asked.prependListener('response', (response) => {
          answer = response;
        });
        asked.end();
      },
    },
  };
  const explain = (cause: unknown): unknown => {
    const status = answer?.statusCode;
    // What the network did has a code; what was wrong with the handshake has none.
    if (status === undefined && (!(cause instanceof Error) || 'code' in cause)) return cause;
    const mayPass = typeof webSocket?.headers === 'function' || webSocket?.url !== undefined;
    const refused = status === 401 || status === 403;
    return new HandshakeError(endpoint.label, status, { cause, ...(refused && mayPass ? { retryable: true } : {}) });
  };
  return { options, explain };
}

/** MQTT.js offers its usual subprotocol only. So another one is put in on the way out, and taken out on the way back. */
function translate(asked: ClientRequest, ours: string, usual: string): void {
  asked.setHeader(PROTOCOL_HEADER, ours);
  asked.prependListener('upgrade', ({ headers }) => {
    if (headers[PROTOCOL_HEADER] === undefined) return;
    headers[PROTOCOL_HEADER] = headers[PROTOCOL_HEADER] === ours ? usual : 'none that was offered';
  });
}
