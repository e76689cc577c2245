import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Capability, daemon, folder, type Router, type RouterPlan, type SeenRoute } from './router.ts'

/** BIRD can be told to begin its session anew. */
export interface Bird extends Router {
  restart(): Promise<void>
}

/** BIRD 2, with a session called `skep`. */
export async function bird(plan: RouterPlan): Promise<Bird> {
  await using stack = new AsyncDisposableStack()
  const path = folder(stack)
  const socket = join(path, 'bird.ctl')
  writeFileSync(join(path, 'bird.conf'), configuration(plan))
  daemon(stack, plan.host, 'bird', ['-f', '-c', join(path, 'bird.conf'), '-s', socket])
  const ask = async (...words: string[]): Promise<string> =>
    (await plan.host.attempt('birdc', ['-r', '-s', socket, ...words])).stdout
  const tell = async (...words: string[]): Promise<void> =>
    void (await plan.host.attempt('birdc', ['-s', socket, ...words]))
  const done = stack.move()
  return {
    session: async () => {
      const text = await ask('show', 'protocols', 'all', 'skep')
      return {
        up: text.includes('BGP state:          Established'),
        lastError: /Last error:\s*(.*)/.exec(text)?.[1] ?? '',
        text,
      }
    },
    routes: async (family) =>
      parse(await ask('show', 'route', 'all', 'table', family === 'ipv4' ? 'master4' : 'master6', 'protocol', 'skep')),
    capabilities: async () =>
      heard((await ask('show', 'protocols', 'all', 'skep')).split('Neighbor capabilities')[1] ?? ''),
    shutdown: (text) => tell('disable', 'skep', `"${text}"`),
    refresh: () => tell('reload', 'in', 'skep'),
    restart: () => tell('restart', 'skep'),
    [Symbol.asyncDispose]: () => done.disposeAsync(),
  }
}

function configuration(plan: RouterPlan): string {
  const { address, neighbor, asn = 65000, neighborAsn = 65001, port = 179, announces = [] } = plan
  const options = [
    plan.connects === true ? 'connect delay time 1; connect retry time 1;' : 'passive on;',
    'error wait time 1, 1;',
    plan.holdTime === undefined ? '' : `hold time ${plan.holdTime};`,
    plan.password === undefined ? '' : `password "${plan.password}";`,
    plan.multihop === true ? 'multihop 5;' : 'direct;',
    plan.device === undefined ? '' : `interface "${plan.device}";`,
    plan.ttlSecurity === true ? 'ttl security on;' : '',
    plan.gracefulRestart === true ? 'graceful restart on; graceful restart time 60;' : '',
    plan.bfdMs === undefined ? '' : 'bfd on;',
  ].join('\n  ')
  const nextHop = plan.extendedNextHop === true ? 'extended next hop on;' : ''
  const statics = (['ipv4', 'ipv6'] as const).map((family) => {
    const own = announces.filter((prefix) => prefix.includes(':') === (family === 'ipv6'))
    return `protocol static ${family}s { ${family}; ${own.map((prefix) => `route ${prefix} blackhole;`).join(' ')} }`
  })
  const bfd = plan.bfdMs === undefined ? '' : `protocol bfd { interface "*" { interval ${plan.bfdMs} ms; }; }`
  return `router id 10.0.0.254;
protocol device {}
${bfd}
${statics.join('\n')}
protocol bgp skep {
  local ${address} as ${asn};
  neighbor ${neighbor} port ${port} as ${neighborAsn};
  ${options}
  ipv4 { import all; export where source = RTS_STATIC; ${nextHop} };
  ipv6 { import all; export where source = RTS_STATIC; };
}
`
}

/** The words of each, below `Neighbor capabilities`. */
const shown: readonly (readonly [Capability, RegExp])[] = [
  ['ipv4', /AF announced:.*ipv4/],
  ['ipv6', /AF announced:.*ipv6/],
  ['as4', /4-octet AS numbers/],
  ['route refresh', /Route refresh/],
  ['enhanced refresh', /Enhanced refresh/],
  ['extended next hop', /Extended next hop/],
  ['graceful restart', /Graceful restart/],
]

function heard(text: string): Capability[] {
  return shown.filter(([, words]) => words.test(text)).map(([name]) => name)
}

function parse(text: string): Record<string, SeenRoute> {
  const routes: Record<string, SeenRoute> = {}
  for (const part of text.split(/^(?=\S+\/\d+ )/m)) {
    const prefix = /^\S+\/\d+/.exec(part)?.[0]
    const value = (name: string): string | undefined => new RegExp(`BGP\\.${name}: (.*)`).exec(part)?.[1]?.trim()
    const pairs = (name: string): string[] | undefined =>
      value(name)
        ?.match(/\([^)]*\)/g)
        ?.map((one) => one.slice(1, -1).split(/,\s*/).join(':'))
    if (prefix === undefined || value('origin') === undefined) continue
    routes[prefix] = {
      nextHop: value('next_hop'),
      asPath: value('as_path') ?? '',
      med: numeric(value('med')),
      localPref: numeric(value('local_pref')),
      communities: pairs('community'),
      largeCommunities: pairs('large_community'),
      extendedCommunities: pairs('ext_community'),
      stale: /\bs\]|\[skep [^\]]*\] \* \(\d+s\)|stale/i.test(part) || undefined,
    } as SeenRoute
  }
  return routes
}

function numeric(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}
