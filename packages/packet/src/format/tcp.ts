import type { TcpOption } from '../headers/tcp-options.ts'
import { readTcpOptions, tcpOptionsLength } from '../headers/tcp-options.ts'
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
  const fields = `${head}${flags}${numbers(layer, length)}`
  // The fixed part is there, the options are not: then all behind it is payload.
  if (size > 20 && layer.options.length === 0 && place.packet.payload.length < size - 20)
    return `${fields}${cutOptionsText(place.packet.payload)}`
  const options = optionsText(layer)
  if (options.includes('[bad opt]')) return `${fields}${options}`
  const http = length > 0 && (httpPorts.has(layer.srcPort) || httpPorts.has(layer.dstPort))
  return `${fields}${options}, length ${length}${http ? `: ${httpLine(place.packet.payload)}` : ''}`
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

/** What is there of options of which a part is missing. */
function cutOptionsText(bytes: Uint8Array): string {
  const options = readTcpOptions({ bytes, trouble: () => {} }, 0, bytes.length)
  const whole = options.filter((option) => !isRaw(option)).map(optionText)
  const part = options.find(isRaw)
  const begun = part !== undefined && part.length > 1 ? (optionNames[part[0]!] ?? `unknown-${part[0]}`) : ''
  // The bracket that tcpdump forgot to take away.
  const end = begun !== '' && whole.length > 0 ? '>' : ''
  return `, options [${[...whole, begun].join(',')} [|tcp]${end}`
}

const optionNames: Readonly<Record<number, string>> = { 2: 'mss', 3: 'wscale', 4: 'sackOK', 5: 'sack', 8: 'TS' }

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
