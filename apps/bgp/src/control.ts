import { bgpMetrics, type PeerStatus } from '@skep/bgp'
import { ConfigError } from '@skep/config-file'
import { type Answer, type Question, serve as serveQuestions, text } from '@skep/control-socket'
import { CONTENT_TYPE, renderMetrics } from '@skep/daemon'
import type { Daemon } from './daemon.ts'
import { toJson } from './json.ts'

/** What runs. */
export interface Running {
  readonly daemon: Daemon
  /** How the peers are, with their paths. */
  readonly peers: () => PeerStatus[]
}

/** Answers the commands that ask a running speaker, over HTTP on a Unix socket that only its user may open. */
export function serve(running: Running, socket: string): Promise<AsyncDisposable> {
  return serveQuestions({ socket }, async (question) => {
    try {
      return await answer(running, question)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return json({ error: error.message, problems: error.problems }, 400)
    }
  })
}

/** The text that Prometheus reads. */
export function metricsOf(peers: readonly PeerStatus[]): Promise<string> {
  return renderMetrics(bgpMetrics(peers))
}

async function answer({ daemon, peers }: Running, { what, query, body }: Question): Promise<Answer | undefined> {
  const { speaker } = daemon
  const name = query.get('peer')
  const prefix = query.get('prefix')
  switch (what) {
    case 'GET /peers':
      return json(peers())
    case 'GET /routes':
      return json(prefix === null ? [...speaker.explainAll()] : speaker.explain(prefix))
    case 'GET /received':
      return json(Object.values(speaker.received(name ?? '')).flat())
    case 'GET /metrics':
      return text(await metricsOf(peers()), CONTENT_TYPE)
    case 'POST /diff':
      return json(daemon.diff(query.get('file') ?? 'configuration', await body()))
    default:
      return undefined
  }
}

function json(value: unknown, status = 200): Answer {
  return text(toJson(value), 'application/json', status)
}
