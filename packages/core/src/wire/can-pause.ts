/** Whether reading can be paused here: the WebSockets of browsers cannot. */
export function canPause(): boolean {
  return !('document' in globalThis || 'WorkerGlobalScope' in globalThis);
}
