/** Aborted by SIGTERM or SIGINT; `tell` is called first. A second one ends the process as it would have before. */
export function untilEnded(tell: (signal: NodeJS.Signals) => void = () => {}): AbortSignal {
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      tell(signal)
      ending.abort()
    })
  return ending.signal
}
