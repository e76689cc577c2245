import { once } from 'node:events'
import { basename, dirname, join } from 'node:path'
import { type Labels, type PeerStatus, type SpeakerEvent } from '@skep/bgp'
import { openLog, serveMetrics, untilEnded } from '@skep/daemon'
import { metricsOf, serve } from './control.ts'
import { Daemon } from './daemon.ts'
import { PathWatch } from './path-watch.ts'

export interface RunOptions {
  readonly file: string
  readonly socket: string
  readonly nodeLabels: Labels
  readonly routerId?: string | undefined
  readonly restarted: boolean
  readonly keepRoutes: boolean
  /** Like `127.0.0.1:9179`. */
  readonly metrics?: { readonly host: string; readonly port: number } | undefined
}

/** Speaks until a signal says to stop. SIGHUP has the file read again. */
export async function run(options: RunOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { file, nodeLabels, routerId, restarted: restarting } = options
  const onMoved = (): void => void watchPaths(paths, daemon)
  const daemon = new Daemon({ file, nodeLabels, routerId, restarting, onEvent: tell, onMoved })
  const paths = new PathWatch({ speaker: daemon.speaker, socket: bfdSocket(options.socket), tell })
  const peers = (): PeerStatus[] => paths.peers()
  stack.use(await serve({ daemon, peers }, options.socket))
  if (options.metrics) stack.use(await serveMetrics(options.metrics, () => metricsOf(peers()), log))
  daemon.start()
  stack.defer(() => paths.end(options.keepRoutes))
  await watchPaths(paths, daemon)
  tell({ peer: '-', what: `speaking as ${file} says`, error: false })
  using hangups = listener('SIGHUP', () => void reload(daemon, paths))
  const last = options.keepRoutes ? 'peers that can keep our routes' : 'sessions are shut down'
  await once(
    untilEnded((signal) => tell({ peer: '-', what: `${signal}: ${last}`, error: false })),
    'abort',
  )
  daemon.speaker.stop({ keepRoutes: options.keepRoutes })
  void hangups
}

/** One line of JSON an event. */
const log = openLog({ level: 'info', format: 'json', fd: 1 })

function tell({ peer, what, error }: SpeakerEvent): void {
  log[error ? 'warn' : 'info']({ peer }, what)
}

/** Beside the speaker's own: `/run/skep/bgp-bfd.sock`. */
function bfdSocket(socket: string): string {
  return join(dirname(socket), `${basename(socket, '.sock')}-bfd.sock`)
}

/** Without BFD the sessions still go by their hold times. */
async function watchPaths(paths: PathWatch, daemon: Daemon): Promise<void> {
  try {
    await paths.follow(daemon.speaker.reachablePeers())
  } catch (error) {
    tell({ peer: '-', what: `paths are not watched: ${(error as Error).message}`, error: true })
  }
}

async function reload(daemon: Daemon, paths: PathWatch): Promise<void> {
  try {
    daemon.reload()
    await watchPaths(paths, daemon)
    tell({ peer: '-', what: 'the file was read again', error: false })
  } catch (error) {
    tell({
      peer: '-',
      what: `the file was read again and nothing is changed: ${(error as Error).message}`,
      error: true,
    })
  }
}

function listener(signal: NodeJS.Signals, call: () => void): Disposable {
  process.on(signal, call)
  return { [Symbol.dispose]: () => void process.off(signal, call) }
}
