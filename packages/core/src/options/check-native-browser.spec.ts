import { checkReach } from './check-reach.js';
import { OptionChecker } from './option-checker.js';

// As the package's `browser` field has it for bundlers.
jest.mock('./check-native.js', () => jest.requireActual<object>('./check-native-browser.js'));

/** What is wrong with the options of a page. */
function problems(options: object): readonly unknown[] {
  const check = new OptionChecker();
  checkReach('wss://broker.test', options, check, 'browser');
  return check.problems;
}

describe('in a page', () => {
  it.each(['tls', 'proxy', 'socket'])('%s is refused, whatever is in it', (key) => {
    for (const value of [{}, null, 'env', { ca: 7, noDelay: 'x' }]) {
      expect(problems({ [key]: value })).toEqual([
        { path: key, reason: 'is decided by the browser; leave it out there' },
      ]);
    }
  });

  it('headers are refused, whatever is in them', () => {
    for (const headers of [{}, { 'a b': '' }, () => ({})]) {
      expect(problems({ webSocket: { headers } })).toMatchObject([
        { path: 'webSocket.headers', reason: expect.stringContaining('cannot be set by a page') as string },
      ]);
    }
  });

  it('nothing is wrong where nothing of that is asked for', () => {
    expect(problems({ webSocket: { subprotocol: 'mqtt' } })).toEqual([]);
  });
});
