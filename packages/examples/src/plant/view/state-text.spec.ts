import { type ConnectionState, type Negotiated, NetworkError } from '@rxmqtt/rx';
import { stateText } from './state-text.js';

const cause = new NetworkError('mqtt://broker:1883', 'the connection was lost');
const connected = (negotiated: Partial<Negotiated>): ConnectionState => ({
  type: 'connected',
  negotiated: negotiated as Negotiated,
});

describe('stateText', () => {
  it.each<[string, ConnectionState]>([
    ['not connected yet', { type: 'idle' }],
    ['connecting', { type: 'connecting', attempt: 1 }],
    ['connecting, attempt 3', { type: 'connecting', attempt: 3 }],
    ['connected over MQTT 5', connected({ protocolVersion: 5, sessionPresent: false })],
    ['connected over MQTT 3.1.1, session resumed', connected({ protocolVersion: 4, sessionPresent: true })],
    [
      'reconnecting in 1.5 s; ended by the server: the connection was lost (mqtt://broker:1883)',
      { type: 'reconnecting', attempt: 1, delay: 1_500, cause, by: 'server' },
    ],
    ['draining', { type: 'draining', negotiated: undefined }],
    ['closed', { type: 'closed' }],
    [
      'failed; ended by the network: the connection was lost (mqtt://broker:1883)',
      { type: 'failed', cause, by: 'network' },
    ],
  ])('should say "%s"', (text, state) => {
    expect(stateText(state)).toBe(text);
  });
});
