import type { FollowStatus, Source } from '@skep/kube'
import type { Logger } from '@skep/daemon'

const LOOK_MS = 1000

/** Says in the log when the API server cannot be followed and why, once, and when it is followed again. */
export function tellNews(source: Pick<Source, 'status'>, log: Pick<Logger, 'warn' | 'info'>): Disposable {
  let told = false
  const look = (): void => {
    const lost = source.status().filter(({ error }) => error !== undefined)
    if (lost.length > 0 && !told) log.warn({ kinds: lost.map(({ kind }) => kind) }, lostLine(lost[0]!))
    if (lost.length === 0 && told) log.info('the API server is followed again')
    told = lost.length > 0
  }
  const timer = setInterval(look, LOOK_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function lostLine({ error = '', lastContactAt }: FollowStatus): string {
  const next =
    lastContactAt === undefined
      ? 'is that its address, and is it reached from this node? A kubeconfig or --k8s-api-server says where it is'
      : 'what is served stays as it is'
  return `the API server cannot be followed, and is tried again: ${error}; ${next}`
}
