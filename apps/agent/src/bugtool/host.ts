import { existsSync, readFileSync } from 'node:fs'
import { arch, cpus, freemem, loadavg, release, totalmem, uptime, version } from 'node:os'
import { findCgroupRoot } from '@skep/cgroup'
import { openNetlink } from 'netlink-ts'
import { type Item, pretty } from './item.ts'

/** Settings of the kernel that services at sockets and routes depend on. */
const SETTINGS: readonly string[] = [
  'kernel/unprivileged_bpf_disabled',
  'net/core/bpf_jit_enable',
  'net/core/somaxconn',
  'net/ipv4/ip_forward',
  'net/ipv4/ip_local_port_range',
  'net/ipv4/ip_local_reserved_ports',
  'net/ipv6/conf/all/forwarding',
]

/** Environment variables that the agent reads. */
const READ = /^(CILIUM_|KUBERNETES_|K8S_|NODE_)/

/** Facts about the machine, which everybody may look up. */
export function hostItems(): Item[] {
  return [
    {
      file: 'host.json',
      about: 'kernel, memory, load, settings, capabilities of this process',
      read: () => pretty(host()),
    },
    {
      file: 'environment.json',
      about: 'environment variables that the agent reads',
      read: () => pretty(environment()),
    },
    {
      file: 'cgroup.txt',
      about: 'how the cgroup v2 of the host is found',
      read: () => `${findCgroupRoot().lines.join('\n')}\n`,
    },
    { file: 'mounts.txt', about: 'cgroup and BPF file systems', read: mounts },
    { file: 'devices.json', about: 'network devices and their counters: ip link', read: () => pretty(listed('link')) },
    { file: 'addresses.json', about: 'ip address', read: () => pretty(listed('address')) },
    { file: 'routes.json', about: 'ip route, of all tables', read: () => pretty(listed('route')) },
    { file: 'rules.json', about: 'ip rule', read: () => pretty(listed('rule')) },
    { file: 'neighbours.json', about: 'ip neigh', read: () => pretty(listed('neighbor')) },
    {
      file: 'sockets.txt',
      about: 'how many sockets there are: /proc/net/sockstat',
      read: () => both('/proc/net/sockstat'),
    },
  ]
}

function host(): object {
  return {
    time: new Date().toISOString(),
    kernel: { release: release(), version: version(), arch: arch() },
    system: existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8').split('\n').filter(Boolean) : [],
    node: process.version,
    cpus: cpus().length,
    load: loadavg(),
    memory: { total: totalmem(), free: freemem() },
    uptimeSeconds: uptime(),
    settings: Object.fromEntries(SETTINGS.map((name) => [name.replaceAll('/', '.'), setting(name)])),
    process: readFileSync('/proc/self/status', 'utf8')
      .split('\n')
      .filter((line) => /^(Cap|NoNewPrivs|Seccomp)/.test(line)),
  }
}

function setting(name: string): string | undefined {
  const path = `/proc/sys/${name}`
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}

function environment(): object {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => READ.test(name)))
}

function mounts(): string {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return `${lines.filter((line) => / - (cgroup2?|bpf) /.test(line)).join('\n')}\n`
}

function both(path: string): string {
  return [path, `${path}6`]
    .filter(existsSync)
    .map((one) => readFileSync(one, 'utf8'))
    .join('')
}

function listed(what: 'link' | 'address' | 'route' | 'rule' | 'neighbor'): readonly object[] {
  using netlink = openNetlink()
  return [...netlink[what].list()]
}
