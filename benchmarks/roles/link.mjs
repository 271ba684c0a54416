/** The child's line to the runner, which passes on what the peer says. */
export function createLink() {
  let waiting;
  // Without a runner there is nobody to measure for.
  process.on('disconnect', () => {
    process.exit(1);
  });
  const reached = new Promise((resolve) => {
    process.on('message', (message) => {
      if (message.type === 'reached') resolve();
      else if (message.type === 'report') waiting?.(message.report);
    });
  });
  return {
    /** Fulfils when the peer has counted everything that it was told to expect. */
    reached,
    /** What the peer has counted so far. */
    report() {
      return new Promise((resolve) => {
        waiting = resolve;
        process.send({ type: 'report' });
      });
    },
  };
}
