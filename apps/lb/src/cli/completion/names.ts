import { readdirSync } from 'node:fs'
import { formatEndpoint, readMembers, readServices } from '@skep/lb-maps'
import { openNetlink } from 'netlink-ts'
import { defaultInstance, openInstance } from '@skep/lb-engine'
import { instancePaths, type InstancePaths } from '../../instance/paths.ts'
import { Declared, lastConfig } from '../../status/last-config.ts'
import { frontendOf } from '../../status/services.ts'
import type { Said } from './complete.ts'

type Lister = (paths: InstancePaths, said: Said) => readonly string[]

const listers: Readonly<Record<string, Lister>> = {
  service: services,
  backend: backends,
  device: devices,
  name: ({ runDir }) => readdirSync(runDir),
  proto: () => ['tcp', 'udp'],
  state: () => ['opening', 'established', 'closing', 'closed'],
}

/** What the instance that was named on the line has of a kind. Where it cannot be read there is nothing to complete. */
export function instanceNames(kind: string, said: Said): readonly string[] {
  try {
    const option = (name: string, otherwise: string) => said.get(name) ?? otherwise
    const paths = instancePaths({
      instance: option('instance', defaultInstance.instance),
      bpfRoot: option('bpf-root', defaultInstance.bpfRoot),
      runDir: option('run-dir', defaultInstance.runDir),
    })
    return [...new Set(listers[kind]?.(paths, said))]
  } catch {
    return []
  }
}

function services(paths: InstancePaths): string[] {
  using open = openInstance(paths)
  const frontends = open ? Array.from(readServices(open.maps), frontendOf) : []
  return [...(lastConfig(paths)?.services ?? []).map(({ name }) => name), ...frontends]
}

/** Of the service that the line names, where it names one. */
function backends(paths: InstancePaths, said: Said): string[] {
  using open = openInstance(paths)
  if (open === undefined) return []
  const declared = new Declared(lastConfig(paths))
  const wanted = said.get('service')
  return Array.from(readServices(open.maps)).flatMap((service) => {
    const frontend = frontendOf(service)
    if (wanted !== undefined && wanted !== frontend && wanted !== declared.service(frontend)?.name) return []
    return readMembers(open.maps, service.id).map(({ address, port }) => formatEndpoint(address, port))
  })
}

function devices(): string[] {
  using netlink = openNetlink()
  return [...netlink.link.list()].map(({ name }) => name)
}
