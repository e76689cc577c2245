import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './until.ts'
import { type Capability, daemon, folder, type Router, type RouterPlan, type SeenRoute } from './router.ts'

const DAEMONS = '/usr/lib/frr'

/** FRR's bgpd, alone; unnumbered with zebra, which advertises routers and hears them; for BFD with bfdd. */
export async function frr(plan: RouterPlan): Promise<Router> {
  await using stack = new AsyncDisposableStack()
  const path = folder(stack)
  const vty = join(path, 'vty')
  mkdirSync(vty)
  writeFileSync(join(path, 'frr.conf'), configuration(plan))
  const { bfdMs, unnumbered = false } = plan
  const whole = unnumbered || bfdMs !== undefined
  const user = whole ? 'frr' : 'root'
  const zserv = join(path, 'zserv')
  const start = (name: string, file: string, ...more: readonly string[]): void => {
    const place = ['-f', join(path, file), '-i', join(path, `${name}.pid`), '-z', zserv, '--vty_socket', vty]
    daemon(stack, plan.host, join(DAEMONS, name), [...place, '-u', user, '-g', user, '-P', '0', ...more])
  }
  if (whole) {
    writeFileSync(join(path, 'none.conf'), '')
    execFileSync('chown', ['-R', 'frr:frr', path])
    start('zebra', 'none.conf')
    await until(
      () => existsSync(zserv),
      (there) => there,
    )
    if (bfdMs !== undefined) start('bfdd', 'none.conf', '--bfdctl', join(path, 'bfdd.sock'))
    start('bgpd', 'frr.conf', '-l', unnumbered ? '::' : plan.address)
  } else start('bgpd', 'frr.conf', '-Z', '-S', '-l', plan.address)
  const neighbor = unnumbered ? plan.device! : plan.neighbor
  const ask = async (command: string): Promise<string> =>
    (await plan.host.attempt('vtysh', ['--vty_socket', vty, '-d', 'bgpd', '-c', command])).stdout
  const done = stack.move()
  return {
    session: async () => {
      const text = await ask(`show bgp neighbors ${neighbor} json`)
      const { [neighbor]: seen = {} } = json<Record<string, FrrNeighbor>>(text) ?? {}
      const lastError = [seen.lastResetDueTo, seen.lastNotificationReason, seen.lastShutdownDescription]
        .filter(Boolean)
        .join(': ')
      return { up: seen.bgpState === 'Established', lastError, text }
    },
    routes: async (family) => {
      const all = json<{ routes?: Record<string, unknown> }>(await ask(`show bgp ${family} unicast json`))
      const routes: Record<string, SeenRoute> = {}
      for (const prefix of Object.keys(all?.routes ?? {})) {
        const [path] = json<{ paths?: FrrPath[] }>(await ask(`show bgp ${family} unicast ${prefix} json`))?.paths ?? []
        if (path?.peer?.peerId === neighbor || (unnumbered && path !== undefined)) routes[prefix] = seen(path)
      }
      return routes
    },
    capabilities: async () => {
      const { [neighbor]: seen } =
        json<Record<string, FrrNeighbor>>(await ask(`show bgp neighbors ${neighbor} json`)) ?? {}
      return heard(seen?.neighborCapabilities ?? {})
    },
    shutdown: async (text) => {
      const words = [
        'configure terminal',
        `router bgp ${plan.asn ?? 65000}`,
        `neighbor ${neighbor} shutdown message ${text}`,
      ]
      await plan.host.attempt('vtysh', ['--vty_socket', vty, '-d', 'bgpd', ...words.flatMap((word) => ['-c', word])])
    },
    refresh: async () => void (await ask(`clear bgp ${neighbor} soft in`)),
    [Symbol.asyncDispose]: () => done.disposeAsync(),
  }
}

interface FrrNeighbor {
  readonly neighborCapabilities?: FrrCapabilities
  readonly bgpState?: string
  readonly lastResetDueTo?: string
  readonly lastNotificationReason?: string
  readonly lastShutdownDescription?: string
}

/** Values are like `advertisedAndReceived`. */
interface FrrCapabilities {
  readonly '4byteAs'?: string
  readonly routeRefresh?: string
  readonly enhancedRouteRefresh?: string
  readonly extendedNexthop?: string
  readonly gracefulRestart?: string
  readonly gracefulRestartCapability?: string
  readonly multiprotocolExtensions?: Readonly<Record<string, Readonly<Record<string, boolean>>>>
}

function heard(seen: FrrCapabilities): Capability[] {
  const families = seen.multiprotocolExtensions ?? {}
  const family = (name: string): string | undefined => Object.keys(families[name] ?? {})[0]
  const all: readonly (readonly [Capability, string | undefined])[] = [
    ['ipv4', family('ipv4Unicast')],
    ['ipv6', family('ipv6Unicast')],
    ['as4', seen['4byteAs']],
    ['route refresh', seen.routeRefresh],
    ['enhanced refresh', seen.enhancedRouteRefresh],
    ['extended next hop', seen.extendedNexthop],
    ['graceful restart', seen.gracefulRestart ?? seen.gracefulRestartCapability],
  ]
  return all.filter(([, how]) => /received/i.test(how ?? '')).map(([name]) => name)
}

interface FrrPath {
  readonly peer?: { readonly peerId: string }
  readonly aspath?: { readonly string: string }
  readonly med?: number
  readonly metric?: number
  readonly locPrf?: number
  readonly community?: { readonly list: readonly string[] }
  readonly largeCommunity?: { readonly list: readonly string[] }
  readonly extendedCommunity?: { readonly string: string }
  readonly stale?: boolean
  readonly nexthops?: readonly { readonly ip: string; readonly scope?: string }[]
}

function configuration(plan: RouterPlan): string {
  const { asn = 65000, announces = [], device } = plan
  const neighbor = plan.unnumbered === true ? device! : plan.neighbor
  const lines = [
    ...whose(plan, neighbor),
    `neighbor ${neighbor} timers connect 1`,
    ...(plan.holdTime === undefined
      ? []
      : [`neighbor ${neighbor} timers ${Math.floor(plan.holdTime / 3)} ${plan.holdTime}`]),
    ...(plan.connects === true ? [] : [`neighbor ${neighbor} passive`]),
    ...(plan.password === undefined ? [] : [`neighbor ${neighbor} password ${plan.password}`]),
    ...(plan.multihop === true ? [`neighbor ${neighbor} ebgp-multihop 5`] : []),
    ...(plan.ttlSecurity === true ? [`neighbor ${neighbor} ttl-security hops 1`] : []),
    ...(plan.bfdMs === undefined ? [] : [`neighbor ${neighbor} bfd 3 ${plan.bfdMs} ${plan.bfdMs}`]),
    ...(plan.extendedNextHop === true ? [`neighbor ${neighbor} capability extended-nexthop`] : []),
  ]
  const family = (name: 'ipv4' | 'ipv6'): string => {
    const own = announces.filter((prefix) => prefix.includes(':') === (name === 'ipv6'))
    const networks = own.map((prefix) => `  network ${prefix}`)
    return [
      ` address-family ${name} unicast`,
      `  neighbor ${neighbor} activate`,
      ...networks,
      ' exit-address-family',
    ].join('\n')
  }
  return `router bgp ${asn}
 bgp router-id 10.0.0.254
 no bgp ebgp-requires-policy
 no bgp network import-check
 no bgp default ipv4-unicast
${plan.gracefulRestart === true ? ' bgp graceful-restart\n bgp graceful-restart restart-time 60\n' : ''} ${lines.join('\n ')}
${family('ipv4')}
${family('ipv6')}
`
}

function whose({ unnumbered, address, neighborAsn = 65001, port = 179 }: RouterPlan, neighbor: string): string[] {
  if (unnumbered === true) return [`neighbor ${neighbor} interface remote-as ${neighborAsn}`]
  return [
    `neighbor ${neighbor} remote-as ${neighborAsn}`,
    `neighbor ${neighbor} update-source ${address}`,
    `neighbor ${neighbor} port ${port}`,
    `neighbor ${neighbor} disable-connected-check`,
  ]
}

function seen(path: FrrPath): SeenRoute {
  return {
    nextHop: path.nexthops?.[0]?.ip,
    asPath: path.aspath?.string ?? '',
    med: path.med ?? path.metric,
    localPref: path.locPrf,
    communities: path.community?.list,
    largeCommunities: path.largeCommunity?.list,
    extendedCommunities: path.extendedCommunity?.string.split(' '),
    stale: path.stale,
  } as SeenRoute
}

function json<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}
