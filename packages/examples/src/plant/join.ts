const PLAIN = ['mqtt:', 'tcp:'];
const SECURE = ['mqtts:', 'ssl:', 'tls:'];

/** The two commands with which anyone can join, ready to be pasted; none for WebSocket, which mosquitto's tools do not speak. */
export function joinCommands(url: string): string[] {
  const { protocol, hostname, port, username } = new URL(url);
  const secure = SECURE.includes(protocol);
  if (!secure && !PLAIN.includes(protocol)) return [];
  const broker = [
    `-h ${hostname.replace(/^\[|\]$/g, '')} -p ${port === '' ? (secure ? '8883' : '1883') : port}`,
    ...(secure ? ['--tls-use-os-certs'] : []),
    ...(username === '' ? [] : [`-u ${quoted(decodeURIComponent(username))} -P "$PASSWORD"`]),
  ].join(' ');
  const telemetry = JSON.stringify({ temperature: 120, vibration: 2.5, state: 'running' });
  return [
    `mosquitto_sub ${broker} -v -t 'plant/+/+/alarm' -t 'plant/+/summary'`,
    `mosquitto_pub ${broker} -q 1 -t plant/visitors/kettle/telemetry -m '${telemetry}'`,
  ];
}

/** A URL without its password, for showing. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
