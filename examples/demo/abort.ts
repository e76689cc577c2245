/** Aborts on Ctrl-C and on the signals that end a job, so that everything `await using` holds is taken down. */
export function endOnSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => controller.abort(new Interrupted(signal)))
  return controller.signal
}

/** The demo was ended from outside: not a failure of what it shows. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor(signal: string) {
    super(`ended by ${signal}`)
  }
}
