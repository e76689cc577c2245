import type { Backend } from '@skep/services'
import type { ServiceRow, StatusDocument } from '../control/documents.ts'
import { configDocument, configTable } from '../options/explain.ts'
import { loadOptions } from '../options/load.ts'
import { askAgent } from './ask.ts'
import { backendsTable, type BgpDocument, bgpLines, servicesTable, statusLines } from './tables.ts'

/** The documents that are shown as tables. */
export type Table = 'status' | 'services' | 'backends' | 'bgp'

/** What the agent answers at the path of that name, in lines. */
const tables: Readonly<Record<Table, (answer: string) => readonly string[]>> = {
  status: (answer) => statusLines(JSON.parse(answer) as StatusDocument, Date.now()),
  services: (answer) => servicesTable(JSON.parse(answer) as ServiceRow[]),
  backends: (answer) => backendsTable(JSON.parse(answer) as Backend[]),
  bgp: (answer) => bgpLines(JSON.parse(answer) as BgpDocument, Date.now()),
}

/** `skep-agent status`, and the others that show one document. */
export async function printTable(socket: string, name: Table, json: boolean): Promise<void> {
  const answer = await askAgent(socket, `/${name}`)
  console.log(json ? answer : tables[name](answer).join('\n'))
}

/** `skep-agent metrics` */
export async function printMetrics(socket: string): Promise<void> {
  process.stdout.write(await askAgent(socket, '/metrics'))
}

/** `skep-agent explain` */
export async function printExplanation(socket: string, what: string): Promise<void> {
  console.log(await askAgent(socket, `/explain?what=${encodeURIComponent(what)}`))
}

/** `skep-agent config` */
export function printConfig(args: readonly string[], json: boolean): void {
  const resolved = loadOptions(args, process.env)
  console.log(json ? JSON.stringify(configDocument(resolved)) : configTable(resolved).join('\n'))
}
