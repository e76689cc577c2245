import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Capability, daemon, folder, type Router, type RouterPlan, type SeenRoute } from './router.ts'

/** GoBGP. */
export async function gobgp(plan: RouterPlan): Promise<Router> {
  await using stack = new AsyncDisposableStack()
  const path = folder(stack)
  const file = join(path, 'gobgpd.toml')
  writeFileSync(file, configuration(plan))
  daemon(stack, plan.host, 'gobgpd', ['-f', file])
  const ask = async (...words: string[]): Promise<string> => (await plan.host.attempt('gobgp', [...words])).stdout
  const done = stack.move()
  const announce = async (): Promise<void> => {
    for (const prefix of plan.announces ?? [])
      await ask('global', 'rib', 'add', prefix, '-a', prefix.includes(':') ? 'ipv6' : 'ipv4')
  }
  let announced = false
  return {
    session: async () => {
      const text = await ask('neighbor', plan.neighbor)
      const up = /BGP state = (BGP_FSM_)?ESTABLISHED/i.test(text)
      if (up && !announced) {
        announced = true
        await announce()
      }
      return { up, lastError: '', text }
    },
    routes: async (family) => parse(await ask('neighbor', plan.neighbor, 'adj-in', '-a', family, '-j')),
    capabilities: async () => heard((await ask('neighbor', plan.neighbor)).split('Neighbor capabilities')[1] ?? ''),
    shutdown: async (text) => void (await ask('neighbor', plan.neighbor, 'shutdown', '--reason', text)),
    refresh: async () => void (await ask('neighbor', plan.neighbor, 'softresetin')),
    [Symbol.asyncDispose]: () => done.disposeAsync(),
  }
}

function configuration(plan: RouterPlan): string {
  const { address, neighbor, asn = 65000, neighborAsn = 65001, port = 179 } = plan
  const restart = plan.gracefulRestart === true
  const family = (name: string): string => `  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "${name}-unicast"
${restart ? '    [neighbors.afi-safis.mp-graceful-restart.config]\n      enabled = true\n' : ''}`
  return `[global.config]
  as = ${asn}
  router-id = "10.0.0.254"
  local-address-list = ["${address}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${neighbor}"
    peer-as = ${neighborAsn}
    ${plan.password === undefined ? '' : `auth-password = "${plan.password}"`}
  [neighbors.transport.config]
    local-address = "${address}"
    remote-port = ${port}
    passive-mode = ${plan.connects !== true}
  [neighbors.timers.config]
    connect-retry = 1
${plan.holdTime === undefined ? '' : `    hold-time = ${plan.holdTime}\n`}    idle-hold-time-after-reset = 1
${plan.multihop === true ? '  [neighbors.ebgp-multihop.config]\n    enabled = true\n    multihop-ttl = 5\n' : ''}${plan.ttlSecurity === true ? '  [neighbors.ttl-security.config]\n    enabled = true\n    ttl-min = 255\n' : ''}${restart ? '  [neighbors.graceful-restart.config]\n    enabled = true\n    restart-time = 60\n' : ''}${family('ipv4')}${family('ipv6')}`
}

/** Below `Neighbor capabilities`, each with `advertised`, `received` or both. */
const shown: readonly (readonly [Capability, RegExp])[] = [
  ['ipv4', /ipv4-unicast:.*received/],
  ['ipv6', /ipv6-unicast:.*received/],
  ['as4', /4-octet-as:.*received/],
  ['route refresh', /route-refresh:.*received/],
  ['enhanced refresh', /enhanced-route-refresh:.*received/],
  ['extended next hop', /extended-nexthop:.*received/],
  ['graceful restart', /graceful-restart:.*received/],
]

function heard(text: string): Capability[] {
  return shown.filter(([, words]) => words.test(text)).map(([name]) => name)
}

interface GobgpPath {
  readonly nlri: { readonly prefix: string }
  readonly stale?: boolean
  readonly attrs: readonly (Record<string, unknown> & { readonly type: number })[]
}

function parse(text: string): Record<string, SeenRoute> {
  const routes: Record<string, SeenRoute> = {}
  for (const path of paths(text)) {
    const attribute = <T>(type: number, name: string): T | undefined =>
      path.attrs.find((one) => one.type === type)?.[name] as T | undefined
    routes[path.nlri.prefix] = {
      nextHop: attribute<string>(3, 'nexthop') ?? attribute<string>(14, 'nexthop'),
      asPath: (attribute<{ asns: number[] }[]>(2, 'as_paths') ?? []).flatMap(({ asns }) => asns).join(' '),
      med: attribute<number>(4, 'metric'),
      localPref: attribute<number>(5, 'value'),
      communities: attribute<number[]>(8, 'communities')?.map((one) => `${one >>> 16}:${one & 0xffff}`),
      largeCommunities: attribute<{ ASN: number; LocalData1: number; LocalData2: number }[]>(32, 'value')?.map(
        ({ ASN, LocalData1, LocalData2 }) => `${ASN}:${LocalData1}:${LocalData2}`,
      ),
      extendedCommunities: attribute<{ value: string }[]>(16, 'value')?.map(({ value }) => value),
      stale: path.stale,
    } as SeenRoute
  }
  return routes
}

/** All paths, however deep the tool has put them. */
function paths(text: string): GobgpPath[] {
  if (text.trim() === '') return []
  const found: GobgpPath[] = []
  JSON.parse(text, (_key, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'nlri' in value && 'attrs' in value)
      found.push(value as GobgpPath)
    return value
  })
  return found
}
