import { type Answer, json, serve } from '@skep/control-socket'
import { type ProxyHealth, ProxyHealthServer } from '@skep/services'
import { placeOf } from '../options/checks.ts'
import type { Settings } from '../options/catalogue/index.ts'

type Where = Pick<Settings, 'agent-health-port' | 'kube-proxy-replacement-healthz-bind-address'>

/**
 * For the kubelet, on loopback: `/healthz`, whether changes are carried out, and `/readyz`, whether all services have been
 * served since the start. And kube-proxy's where it is asked for.
 */
export async function serveHealth(
  agent: { readonly health: ProxyHealth; readonly isServing: boolean },
  settings: Where,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const { health } = agent
  const own = { host: '127.0.0.1', port: settings['agent-health-port'] }
  const answers: Readonly<Record<string, () => Answer>> = {
    'GET /healthz': () => {
      const { status, ...body } = health.livez()
      return json(body, status)
    },
    'GET /readyz': () => json({ serving: agent.isServing }, agent.isServing ? 200 : 503),
  }
  stack.use(await serve(own, ({ what }) => (Object.hasOwn(answers, what) ? answers[what]!() : undefined)))
  const address = settings['kube-proxy-replacement-healthz-bind-address']
  if (address !== '') stack.use(await ProxyHealthServer.open({ health, ...placeOf(address) }))
  return stack.move()
}
