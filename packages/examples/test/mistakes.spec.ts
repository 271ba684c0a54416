import { type AddressInfo, createServer, type Server } from 'node:net';
import { killPlants, runPlant } from './support/run-plant.js';

const servers: Server[] = [];

afterEach(async () => {
  killPlants();
  // Also after a failure: Jest would wait for them for ever.
  await Promise.all(servers.splice(0).map(closed));
});

/** One sentence, no stack, and the exit code for it. */
async function mistakeOf(...args: readonly string[]): Promise<string> {
  const plant = runPlant(...args);
  expect(await plant.exited).toBe(2);
  expect(plant.stdout()).toBe('');
  expect(plant.stderr()).toMatch(/^plant: .+[.?]\n$/);
  expect(plant.stderr().split('\n')).toHaveLength(2);
  return plant.stderr();
}

function listen(): Promise<Server> {
  return new Promise((resolve) => {
    // It reads, so that it sees the other side leave.
    const server = createServer((socket) => socket.resume());
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const closed = (server: Server) => new Promise((resolve) => server.close(resolve));

describe('the command line', () => {
  it('should explain itself', async () => {
    const plant = runPlant('--help');
    expect(await plant.exited).toBe(0);
    for (const option of ['--url', '--seconds', '--count', '--forever', '--no-simulate', '--seed']) {
      expect(plant.stdout()).toContain(option);
    }
  });

  it('should refuse what it does not know', async () => {
    expect(await mistakeOf('--colour')).toContain("Unknown option '--colour'");
  });

  it.each(['broker', 'mqtt://', 'http://127.0.0.1:1883', 'mqtt://127.0.0.1:99999'])(
    'should refuse the URL %s',
    async (url) => {
      expect(await mistakeOf('--url', url)).toContain('url');
    },
  );

  it('should name a broker that is not there', async () => {
    const server = await listen();
    const port = portOf(server);
    await closed(server);
    expect(await mistakeOf('--url', `mqtt://127.0.0.1:${port}`)).toContain(`127.0.0.1:${port}`);
    expect(await mistakeOf('--url', `ws://127.0.0.1:${port}`)).toContain(`127.0.0.1:${port}`);
  });

  it('should not wait for ever for something that is no broker', async () => {
    const server = await listen();
    expect(await mistakeOf('--url', `mqtt://127.0.0.1:${portOf(server)}`)).toContain(
      'did not answer CONNECT within 4000 ms',
    );
  });
});
