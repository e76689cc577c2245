import { readFileSync } from 'node:fs'
import { peerProblems, placeOf } from '@skep/bgp/fields'
import type { Config } from '../config/config.ts'
import type { MachineRule } from '../config/load.ts'
import { type Finding, formatPath, type Path, show, suggest } from '@skep/config-file'
import type { BgpPeer } from './config.ts'
import { readPassword } from './password.ts'

/** What no field of the BGP sections can say by itself. Needs a document that is otherwise valid. */
export function checkBgp(config: Config): Finding[] {
  const { bgp, services } = config
  const names = services.map(({ name }) => name)
  return [
    ...unknown(bgp?.services === 'all' ? [] : (bgp?.services ?? []), names, 'service', ['spec', 'bgp', 'services']),
    ...(bgp?.peers ?? []).flatMap((_, i) => peerFindings(config, i, ['spec', 'bgp', 'peers', i])),
    ...services.flatMap((service, i) => {
      const path = ['spec', 'services', i, 'bgp']
      if (service.bgp === undefined) return []
      if (bgp === undefined) return [{ path, message: 'says how it is announced, but there is no spec.bgp; write one' }]
      const peers = bgp.peers.map(({ name }) => name)
      return unknown(service.bgp.peers ?? [], peers, 'peer', [...path, 'peers'])
    }),
  ]
}

/** Whether the passwords can be read; on the raw document, as the machine's other rules. */
export const bgpFiles: MachineRule = (document) => {
  const peers = (document as { spec?: { bgp?: { peers?: unknown } } } | null)?.spec?.bgp?.peers
  if (!Array.isArray(peers)) return []
  return peers.flatMap((peer: { passwordFile?: unknown } | null, i): Finding[] => {
    const file = peer?.passwordFile
    if (typeof file !== 'string' || !file.startsWith('/')) return []
    try {
      readPassword(file, (name) => readFileSync(name, 'utf8'))
      return []
    } catch (error) {
      return [{ path: ['spec', 'bgp', 'peers', i, 'passwordFile'], message: (error as Error).message }]
    }
  })
}

function unknown(names: readonly string[], known: readonly string[], what: string, path: Path): Finding[] {
  return names.flatMap((name, i): Finding[] =>
    known.includes(name)
      ? []
      : [{ path: [...path, i], message: `${show(name)}: no such ${what}; ${suggest(name, known)}` }],
  )
}

function peerFindings({ bgp }: Config, index: number, path: Path): Finding[] {
  const { peers, asn } = bgp!
  const peer = peers[index]!
  const found: Finding[] = []
  const add = (field: keyof BgpPeer, message: string): void => void found.push({ path: [...path, field], message })
  const own = { name: (one: BgpPeer) => one.name, address: placeOf } as const
  for (const field of ['name', 'address'] as const) {
    const value = own[field](peer)
    const first = peers.findIndex((other) => own[field](other) === value)
    if (first < index)
      add(field, `${show(value)} is that of ${formatPath(['spec', 'bgp', 'peers', first])} too; a peer has its own`)
  }
  found.push(...peerProblems(peer, asn).map(({ field, message }) => ({ path: [...path, field], message })))
  return found
}
