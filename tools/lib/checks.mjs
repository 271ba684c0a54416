/** Runs one check and prints one line about it, which tools/test.mjs counts. */
export async function check(name, run) {
  const start = performance.now();
  try {
    const note = await run();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`ok - ${name}${note ? `: ${note}` : ''} (${seconds} s)`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`not ok - ${name}`);
    console.log(String(error?.stack ?? error).replace(/^/gm, '    '));
  }
}
