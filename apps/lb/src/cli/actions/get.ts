import { formatBgp } from '../../get/bgp.ts'
import { type BackendRow, backendColumns, backendRows } from '../../get/backends.ts'
import type { BgpReport } from '../../bgp/report.ts'
import { connectionColumns, connections } from '../../get/connections.ts'
import { deviceColumns, deviceRows } from '../../get/devices.ts'
import { parseEndpointPattern } from '../../get/endpoint.ts'
import { render } from '../../get/format.ts'
import { Limited } from '../../get/limit.ts'
import { serviceColumns, serviceRows } from '../../get/services.ts'
import { renderStream, writeStream } from '../../get/stream.ts'
import { readHealth } from '../../health/report.ts'
import { instancePaths } from '../../instance/paths.ts'
import { Declared, lastConfig } from '../../status/last-config.ts'
import { askApi } from '../api.ts'
import type { ConnectionFlags, GetFlags } from '../get.ts'
import { onInstance } from './instance.ts'

/** `skep-lb get services` */
export async function getServices(flags: GetFlags): Promise<void> {
  await onInstance(flags, async (open, paths) => {
    const rows = serviceRows(open, lastConfig(paths), await readHealth(paths))
    console.log(render(rows, serviceColumns, flags.output))
  })
}

/** `skep-lb get backends` */
export async function getBackends(flags: GetFlags & { readonly service?: string }): Promise<void> {
  await onInstance(flags, async (open, paths) => {
    const rows = backendRows(open, lastConfig(paths), await readHealth(paths))
    console.log(render(ofService(rows, flags.service), backendColumns, flags.output))
  })
}

function ofService(rows: readonly BackendRow[], wanted: string | undefined): readonly BackendRow[] {
  if (wanted === undefined) return rows
  return rows.filter(
    ({ service, frontend }) => service === wanted || frontend === wanted || frontend.startsWith(`${wanted}/`),
  )
}

/** `skep-lb get devices` */
export async function getDevices(flags: GetFlags): Promise<void> {
  await onInstance(flags, (_open, paths) => console.log(render(deviceRows(paths), deviceColumns, flags.output)))
}

/** `skep-lb get connections` */
export async function getConnections(flags: ConnectionFlags): Promise<void> {
  const { service, state, limit, output } = flags
  const filter = {
    ...(flags.client !== undefined && { client: parseEndpointPattern('--client', flags.client) }),
    ...(flags.backend !== undefined && { backend: parseEndpointPattern('--backend', flags.backend) }),
    ...(service !== undefined && { service }),
    ...(state && { states: state }),
  }
  await onInstance(flags, async ({ tables, maps, config }, paths) => {
    if (config === undefined) return
    const source = { tables, maps, config, declared: new Declared(lastConfig(paths)) }
    const rows = new Limited(connections(source, filter), limit)
    await writeStream(renderStream(rows, connectionColumns, output), process.stdout)
    if (rows.more) console.error(`these are the first ${limit}; --limit 0 shows all`)
  })
}

/** `skep-lb get bgp` */
export async function getBgp(flags: GetFlags): Promise<void> {
  const { bgp } = await askApi<{ bgp: BgpReport | null }>(instancePaths(flags), { method: 'GET', path: '/v1/bgp' })
  console.log(formatBgp(bgp, flags.output))
}
