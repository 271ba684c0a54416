import { leavesNothingBehind, cleanup } from './support/globals.js';
import { startMosquitto } from './support/mosquitto.js';
import { Inbox, openConnection } from './support/open.js';
jest.setTimeout(60000);
leavesNothingBehind();
test('ws sizes', async () => {
  const m = await startMosquitto('log_type all');
  cleanup(() => m.remove());
  for (const withSub of [false, true]) {
  for (const n of [1000, 16000, 70000, 200000, 300000, 600000, 1000000]) {
    const c = await openConnection(m.webSocketUrl);
    const states: string[] = []; c.on('state', (s) => states.push(s.type + ('cause' in s ? String(s.cause) : '')));
    const inbox = withSub ? new Inbox(c, 'a', { qos: 1 }) : undefined;
    if (inbox) await inbox.subscription.ready;
    const t = performance.now();
    let congested: boolean[] = []; c.on('congestion', (e) => congested.push(e.congested));
    const p = c.publish('a', Buffer.alloc(n), { qos: 1 });
    const r = await Promise.race([p.then(() => 'ok', (e) => String(e)), new Promise((r) => setTimeout(() => r('TIMEOUT'), 1500))]);
    if (inbox && r === 'ok') await inbox.received(1);
    console.log(withSub, n, r, Math.round(performance.now() - t), congested, states.slice(0,5), inbox?.messages.length);
    await c.close();
  }}
  console.log((m as any).log);
});
