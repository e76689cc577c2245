import { json, serve } from '@skep/control-socket'
import { type ProxyHealth, ProxyHealthServer } from '@skep/services'
import { placeOf } from '../options/checks.ts'
import type { Settings } from '../options/catalogue/index.ts'

type Where = Pick<Settings, 'agent-health-port' | 'kube-proxy-replacement-healthz-bind-address'>

/** `/healthz` for the kubelet, on loopback, and kube-proxy's where it is asked for. */
export async function serveHealth(health: ProxyHealth, settings: Where): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const own = { host: '127.0.0.1', port: settings['agent-health-port'] }
  stack.use(
    await serve(own, ({ what }) => {
      const { status, ...body } = health.livez()
      return what === 'GET /healthz' ? json(body, status) : undefined
    }),
  )
  const address = settings['kube-proxy-replacement-healthz-bind-address']
  if (address !== '') stack.use(await ProxyHealthServer.open({ health, ...placeOf(address) }))
  return stack.move()
}
