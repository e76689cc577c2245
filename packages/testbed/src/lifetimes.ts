/** Something that must not outlive the process. */
export interface Lifetime extends AsyncDisposable {
  /** What can be undone at once, when the process ends without waiting for anything. */
  [Symbol.dispose](): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const live = new Set<Lifetime>()
let ending = false

/**
 * Undoes a resource, the youngest first, when the process is told to end (Ctrl-C, SIGTERM) or exits early. Afterwards
 * the signal takes its course, unless the program itself listens to it (`on`, not `once`). The function that is returned is for when the resource has been disposed of otherwise.
 */
export function undoAtExit(lifetime: Lifetime): () => void {
  if (live.size === 0) listen()
  live.add(lifetime)
  return () => {
    live.delete(lifetime)
    if (live.size === 0 && !ending) unlisten()
  }
}

function listen(): void {
  for (const signal of signals) process.on(signal, onSignal)
  process.on('exit', onExit)
}

function unlisten(): void {
  for (const signal of signals) process.off(signal, onSignal)
  process.off('exit', onExit)
}

function onSignal(signal: NodeJS.Signals): void {
  if (ending) return
  ending = true
  // Whoever else listens decides on the end; otherwise it is the signal's.
  const othersListen = process.listenerCount(signal) > 1
  void undoAll().then(() => {
    unlisten()
    ending = false
    if (!othersListen) process.kill(process.pid, signal)
  })
}

async function undoAll(): Promise<void> {
  for (const lifetime of [...live].toReversed()) {
    try {
      await lifetime[Symbol.asyncDispose]()
    } catch (error) {
      console.error(error)
    }
  }
}

function onExit(): void {
  for (const lifetime of [...live].toReversed()) lifetime[Symbol.dispose]()
}
