/** Says every some seconds how far a build is, by its packages; what Go has in its cache it does not name. */
export function packageProgress(total: number, say: (line: string) => void, everyMs = 15_000): () => void {
  const start = Date.now()
  let count = 0
  let said = start
  return () => {
    count++
    const now = Date.now()
    if (now - said < everyMs) return
    said = now
    say(`${count} of at most ${total} packages compiled, ${Math.round((now - start) / 1000)} s`)
  }
}
