import type { TcpOption } from '../headers/tcp-options.ts'
import { tcpOptionsLength } from '../headers/tcp-options.ts'
import { isRaw } from '../headers/options.ts'
import type { Tcp, TcpFlag } from '../headers/tcp.ts'
import { httpLine } from './http.ts'
import type { Print } from './place.ts'
import { endpoints } from './place.ts'

const httpPorts: ReadonlySet<number> = new Set([80, 8080])

export const printTcp: Print<Tcp> = (layer, place) => {
  const head = endpoints(layer, place)
  const size = layer.dataOffset * 4
  if (size < 20) return `${head} tcp ${place.length - size} [bad hdr length ${size} - too short, < 20]`
  const flags = `Flags [${flagLetters(layer.flags)}]`
  if (size > place.length) return `${head}${flags} [bad hdr length ${size} - too long, > ${place.length}]`
  const length = place.length - size
  const options = optionsText(layer)
  const fields = `${head}${flags}${numbers(layer, length)}${options}`
  if (options.includes('[bad opt]')) return fields
  const http = length > 0 && (httpPorts.has(layer.srcPort) || httpPorts.has(layer.dstPort))
  return `${fields}, length ${length}${http ? `: ${httpLine(place.packet.payload)}` : ''}`
}

const letters: { readonly [Flag in TcpFlag]: string } = {
  fin: 'F',
  syn: 'S',
  rst: 'R',
  psh: 'P',
  ack: '.',
  urg: 'U',
  ece: 'E',
  cwr: 'W',
  ae: '',
}

function flagLetters(flags: readonly TcpFlag[]): string {
  return flags.map((flag) => letters[flag]).join('') || 'none'
}

/** Sequence numbers as they stand in the header (`tcpdump -S`): one packet knows no others to count from. */
function numbers(layer: Tcp, length: number): string {
  const has = (flag: TcpFlag): boolean => layer.flags.includes(flag)
  const seq = length > 0 || has('syn') || has('fin') || has('rst') ? `, seq ${layer.seq}` : ''
  const end = length > 0 ? `:${(layer.seq + length) >>> 0}` : ''
  const ack = has('ack') ? `, ack ${layer.ack}` : ''
  const urgent = has('urg') ? `, urg ${layer.urgent}` : ''
  return `${seq}${end}${ack}, win ${layer.window}${urgent}`
}

function optionsText(layer: Tcp): string {
  const size = layer.dataOffset * 4 - 20
  if (size === 0) return ''
  const texts = layer.options.map(optionText)
  if (tcpOptionsLength(layer.options) < size) texts.push('eol')
  return `, options [${texts.join(',')}]`
}

function optionText(option: TcpOption | Uint8Array): string {
  if (isRaw(option)) return option[0] === 0 ? 'eol' : '[bad opt]'
  return namedOptionText(option)
}

function namedOptionText<Name extends TcpOption['option']>(option: TcpOption & { option: Name }): string {
  return optionTexts[option.option](option)
}

const optionTexts: { readonly [Name in TcpOption['option']]: (option: TcpOption & { option: Name }) => string } = {
  nop: () => 'nop',
  mss: ({ value }) => `mss ${value}`,
  windowScale: ({ shift }) => `wscale ${shift}`,
  sackPermitted: () => 'sackOK',
  sack: ({ blocks }) => `sack ${blocks.length} ${blocks.map(([left, right]) => `{${left}:${right}}`).join('')}`,
  timestamps: ({ value, echo }) => `TS val ${value} ecr ${echo}`,
  other: ({ type, data }) => `unknown-${type}${data.length > 0 ? ` 0x${hexBytes(data)}` : ''}`,
}

function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
