// How long to wait before trying again.

/** Seconds before the next try after `tries` failures: 1, 2, 4 and so on, at most 30. */
export function backoff(tries: number, first = 1): number {
  return Math.min(30, first * 2 ** Math.min(tries, 10));
}

/** Wait; over at once when `signal` is aborted, or when the browser says that the network is back. */
export function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener("abort", done);
    window.addEventListener("online", done);
    if (signal.aborted) done();
  });
}
