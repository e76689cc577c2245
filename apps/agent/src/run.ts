import { mkdirSync } from 'node:fs'
import { serve } from '@skep/control-socket'
import { EventRecorder } from '@skep/kube'
import { ServiceTable } from '@skep/services'
import { currentNamespace, openNetlink } from 'netlink-ts'
import { openLog, serveMetrics } from '@skep/daemon'
import { Agent } from './agent.ts'
import { announces, RouteAnnouncer } from './bgp/announcer.ts'
import { tellNews } from './cluster/news.ts'
import { openCluster } from './cluster/open.ts'
import { routes, statusOf } from './control/routes.ts'
import { socketOf } from './control/socket.ts'
import { openDrains } from './drain/open.ts'
import { RememberedDrains } from './drain/remembered.ts'
import { ServiceEvents } from './events/events.ts'
import { serveHealth } from './health/serve.ts'
import { formatMetrics } from './metrics/metrics.ts'
import { placeOf } from './options/checks.ts'
import { nodeName } from './node/name.ts'
import { OptionsError, type Resolved } from './options/resolve.ts'
import { Pods } from './pods/pods.ts'
import { servicesOptions } from './services/options.ts'
import { followNetwork } from './outside/follow.ts'
import { openOutside } from './outside/open.ts'
import { openSockets, testSockets } from './sockets/open.ts'
import { selectsAny } from './sockets/subjects.ts'
import { watchSubjects } from './sockets/watch-subjects.ts'

/** Serves this node until the signal aborts. What is in the kernel goes on after that, and after a kill. */
export async function run(resolved: Resolved, version: string, signal: AbortSignal): Promise<void> {
  const { settings, ignored } = resolved
  const log = openLog({ level: settings.debug ? 'debug' : 'info', format: 'json', fd: 1 })
  const name = nodeName(settings['k8s-node-name'])
  await using stack = new AsyncDisposableStack()
  makeStateDir(settings['state-dir'])
  for (const { name: option, reason } of ignored) log.warn({ option }, `${option} has no effect: ${reason}`)
  const { source, client } = stack.use(openCluster(settings, `skep-agent/${version}`))
  stack.use(tellNews(source, log))
  const netlink = stack.use(openNetlink())
  const hostNetns = ownNamespace()
  const sockets = openSockets({ settings, hostNetns, log })
  if (sockets) stack.use(sockets)
  if (sockets) await testSockets(sockets, log)
  const opened = stack.use(openOutside(settings, netlink, log))
  const pods = sockets ? stack.use(new Pods({ settings, services: sockets.services, netlink })) : undefined
  const remembered = new RememberedDrains(settings['state-dir'])
  const state = { ...sockets?.restored(), draining: remembered.read() }
  const table = new ServiceTable(servicesOptions(settings, name), state)
  const recorder = stack.use(new EventRecorder(client, { controller: 'skep.dev/agent', instance: name }))
  const events = new ServiceEvents(recorder, table)
  const drains = stack.use(openDrains(table, remembered, { sockets, outside: opened.outside, events }))
  const announcer = announces(settings) ? stack.use(new RouteAnnouncer(settings, log)) : undefined
  const agent = stack.use(
    new Agent({ settings, table, sockets, pods, opened, announcer, events, drains, netlink, log }),
  )
  const parts = { version, agent, announcer, source, sockets, opened, drains, recorder, resolved, hostNetns }
  stack.use(await serve({ socket: socketOf(settings['state-dir']) }, routes(parts)))
  const metrics = settings['prometheus-serve-addr']
  if (metrics !== '')
    stack.use(await serveMetrics(placeOf(metrics), () => formatMetrics(statusOf(parts), Date.now()), log))
  stack.use(await serveHealth(agent, settings))
  if (sockets && selectsAny(settings))
    stack.use(
      watchSubjects(
        () => sockets.subjects(),
        () => agent.reconcile(),
      ),
    )
  log.info({ node: name }, 'skep-agent follows the cluster')
  const done = () => agent.noteOutside()
  const following =
    opened.outside && followNetwork(opened.outside, { netlink: stack.use(openNetlink()), log, signal, done })
  await Promise.all([agent.run(source, signal), following])
  log.info('skep-agent ends; what is in the kernel goes on')
}

function ownNamespace(): bigint {
  using namespace = currentNamespace()
  return namespace.cookie
}

function makeStateDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new OptionsError([
      `state-dir ${path} cannot be made (${code}); run the agent as root, or name another folder`,
    ])
  }
}
