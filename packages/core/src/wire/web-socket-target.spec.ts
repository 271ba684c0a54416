import { connectRequest } from '../../test/support/connect-request.js';
import { webSocketHeaders, webSocketUrl } from './web-socket-target.js';

const { signal } = new AbortController();
const endpoint = {
  protocol: 'wss',
  host: 'broker.test',
  port: 443,
  path: '/mqtt',
  label: 'wss://broker.test:443',
} as const;
const webSocket = { headers: { authorization: 'Bearer secret' }, url: (url: string) => `${url}?signature=secret` };

describe('what is secret about a WebSocket', () => {
  it('goes to a server that the user named', async () => {
    const request = connectRequest({ endpoint, webSocket, foreign: false });
    expect((await webSocketUrl(request, signal)).href).toBe('wss://broker.test/mqtt?signature=secret');
    expect(await webSocketHeaders(request, signal)).toEqual({ authorization: 'Bearer secret' });
  });

  it('does not go to one that only another server named', async () => {
    const request = connectRequest({ endpoint, webSocket, foreign: true });
    expect((await webSocketUrl(request, signal)).href).toBe('wss://broker.test/mqtt');
    expect(await webSocketHeaders(request, signal)).toEqual({});
  });
});
