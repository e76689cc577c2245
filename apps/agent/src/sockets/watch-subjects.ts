import type { SockSubject } from '@skep/sock-lb'

/** How often containers are looked for: the kernel tells nobody that a cgroup comes or goes. */
const EVERY_MS = 1000

/** Calls when there are others than before, until it is disposed of. What cannot be read now is as it was. */
export function watchSubjects(select: () => readonly SockSubject[], changed: () => void): Disposable {
  let before = textOf(select())
  const timer = setInterval(() => {
    try {
      const now = textOf(select())
      if (now === before) return
      before = now
    } catch {
      return
    }
    changed()
  }, EVERY_MS).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function textOf(subjects: readonly SockSubject[]): string {
  return subjects
    .map((one) => ('netns' in one ? `netns ${one.netns}` : `cgroup ${one.cgroup}`))
    .toSorted()
    .join()
}
