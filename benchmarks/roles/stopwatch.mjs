/** Wall clock and CPU time of this process between two moments. */
export class Stopwatch {
  /** Profiles what is measured, if set. */
  static profiler = undefined;
  /** When it was started. The clock is the machine's, so that another process's times compare with it. */
  startedAt = 0n;
  #endedAt = 0n;
  #cpuAtStart;
  #cpuMicros = 0;

  start() {
    Stopwatch.profiler?.start();
    this.#cpuAtStart = process.cpuUsage();
    this.startedAt = process.hrtime.bigint();
  }

  /** Both clocks stop. */
  stop() {
    this.stopWall();
    this.stopCpu();
  }

  stopWall() {
    this.#endedAt = process.hrtime.bigint();
  }

  stopCpu() {
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    this.#cpuMicros = user + system;
    Stopwatch.profiler?.stop();
  }

  /** Seconds until it was stopped, or until another moment. */
  seconds(endedAt = this.#endedAt) {
    return Number(endedAt - this.startedAt) / 1e9;
  }

  get cpuMicros() {
    return this.#cpuMicros;
  }
}
