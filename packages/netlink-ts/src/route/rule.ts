import type { Cidr } from '@skep/packet'
import { bitNames, numberName } from '../bits.ts'
import { checkKeys, checkName, checkPrefix, checkTable, checkWhole } from '../check.ts'
import { invalidInput } from '../error.ts'
import { maybe, pick } from '../pick.ts'
import type { Body } from '../request.ts'
import { body } from '../request.ts'
import type { RouteSocket } from '../socket.ts'
import type { Message } from '../wire/message.ts'
import { NLM_F_CREATE, NLM_F_EXCL } from '../wire/message.ts'
import { readMessage } from './attributes-of.ts'
import { AF_UNSPEC, families, familyName, isInternet } from './families.ts'
import { networkText } from './network.ts'
import { routeProtocols, routeTables } from './route-types.ts'
import type { RuleAttributes } from './rule-attributes.ts'
import { FIB_RULE_HDR, ruleAttributes } from './rule-attributes.ts'
import type { Rule, RuleAdd, RuleListOptions } from './rule-types.ts'
import { ruleActions, ruleFlags } from './rule-types.ts'

export const RTM_NEWRULE = 32
export const RTM_DELRULE = 33
export const RTM_GETRULE = 34
const FIB_RULE_INVERT = 0x2

const keys: Readonly<Record<keyof RuleAdd, true>> = {
  family: true,
  priority: true,
  invert: true,
  action: true,
  table: true,
  goto: true,
  suppressPrefixLength: true,
  suppressDeviceGroup: true,
  protocol: true,
  from: true,
  to: true,
  fwmark: true,
  fwmask: true,
  iif: true,
  oif: true,
  tos: true,
  ipProtocol: true,
  sourcePorts: true,
  destinationPorts: true,
  uidRange: true,
  l3mdev: true,
}

/** Routing policy: `ip rule`. */
export class RuleVerbs {
  readonly #socket: RouteSocket

  constructor(socket: RouteSocket) {
    this.#socket = socket
  }

  /**
   * Adds a rule; `EXISTS` when there is the same. Since kernel 4.17 with ports and protocol.
   * Equivalent to `ip rule add from <from> to <to> fwmark <mark>/<mask> … table <table>`. Linux 4.20.
   */
  add(options: RuleAdd): void {
    const { l3mdev = false, action = 'table' } = options
    const { table = action === 'table' && !l3mdev ? 'main' : undefined } = options
    const flags = NLM_F_CREATE | NLM_F_EXCL
    this.#change('rule.add', RTM_NEWRULE, flags, { ...options, action, ...maybe('table', table) })
  }

  /**
   * Removes the first rule that is as described: what is left out may be anything. `NOT_FOUND` when none is.
   * Equivalent to `ip rule delete`. Linux 4.20.
   */
  delete(key: RuleAdd): void {
    this.#change('rule.delete', RTM_DELRULE, 0, key)
  }

  /** The rules of both families, in the order in which they are asked; one pass. Equivalent to `ip rule show`. Linux 4.20. */
  list(options: RuleListOptions = {}): IteratorObject<Rule, undefined> {
    const operation = 'rule.list'
    checkKeys(operation, options, { family: true })
    const { family } = options
    const number = family === undefined ? AF_UNSPEC : checkName(operation, 'family', family, families, 0)
    const request = body(FIB_RULE_HDR, (to) => void to.u8(number).zeros(11), ruleAttributes, {})
    return this.#socket.dump({ operation, type: RTM_GETRULE, body: request }).values().filter(isRule).map(decodeRule)
  }

  #change(operation: string, type: number, flags: number, options: RuleAdd): void {
    checkKeys(operation, options, keys)
    this.#socket.change({ operation, subject: subject(options), type, flags, body: ruleBody(operation, options) })
  }
}

/** Multicast routing has rules too, in the same messages. */
export function isRule(message: Message): boolean {
  return isInternet(message.bytes[message.start] ?? AF_UNSPEC)
}

/** Reads `RTM_NEWRULE` and `RTM_DELRULE`. */
export function decodeRule(message: Message): Rule {
  const { header, values } = readMessage('rule', message, FIB_RULE_HDR, ruleAttributes)
  const action = numberName(header.getUint8(7), ruleActions)
  const flags = header.getUint32(8, true)
  const tos = header.getUint8(3)
  const table = action === 'table' ? (values.table ?? header.getUint8(4)) : 0
  const {
    suppressPrefixLength: prefix = -1,
    suppressDeviceGroup: group = -1,
    l3mdev,
    protocol,
    from,
    to,
    ...rest
  } = values
  return {
    ...pick(rest, [
      'fwmark',
      'fwmask',
      'iif',
      'oif',
      'goto',
      'ipProtocol',
      'sourcePorts',
      'destinationPorts',
      'uidRange',
    ]),
    family: familyName(header.getUint8(0)),
    priority: values.priority ?? 0,
    invert: (flags & FIB_RULE_INVERT) !== 0,
    action,
    ...(table === 0 ? {} : { table }),
    ...(from === undefined ? {} : { from: `${from}/${header.getUint8(2)}` }),
    ...(to === undefined ? {} : { to: `${to}/${header.getUint8(1)}` }),
    ...(tos === 0 ? {} : { tos }),
    ...(prefix < 0 ? {} : { suppressPrefixLength: prefix }),
    ...(group < 0 ? {} : { suppressDeviceGroup: group }),
    ...(l3mdev === true ? { l3mdev } : {}),
    ...maybe('protocol', protocol === undefined ? undefined : numberName(protocol, routeProtocols)),
    flags: bitNames(flags, ruleFlags),
  }
}

function ruleBody(operation: string, options: RuleAdd): Body {
  const from = options.from === undefined ? undefined : checkPrefix(operation, 'from', options.from)
  const to = options.to === undefined ? undefined : checkPrefix(operation, 'to', options.to)
  const { table, action, protocol, tos = 0, invert } = options
  const values: RuleAttributes = {
    ...maybe('from', from && networkText(operation, 'from', from)),
    ...maybe('to', to && networkText(operation, 'to', to)),
    ...pick(options, ['iif', 'oif', 'goto', 'priority', 'fwmark', 'fwmask', 'uidRange', 'ipProtocol', 'sourcePorts']),
    ...pick(options, ['destinationPorts', 'suppressPrefixLength', 'suppressDeviceGroup']),
    ...(options.l3mdev === true ? { l3mdev: true } : {}),
    ...maybe('table', table === undefined ? undefined : checkName(operation, 'table', table, routeTables, 0xffffffff)),
    ...maybe(
      'protocol',
      protocol === undefined ? undefined : checkName(operation, 'protocol', protocol, routeProtocols, 255),
    ),
  }
  checkTable(operation, ruleAttributes, values)
  const start = [familyNumber(operation, options, from, to), to?.prefix ?? 0, from?.prefix ?? 0] as const
  const type = action === undefined ? 0 : checkName(operation, 'action', action, ruleActions, 0)
  const header = Uint8Array.of(...start, checkWhole(operation, 'tos', tos, 0, 255), 0, 0, 0, type)
  return body(
    FIB_RULE_HDR,
    (out) => void out.write(header).u32(invert === true ? FIB_RULE_INVERT : 0),
    ruleAttributes,
    values,
  )
}

function familyNumber(operation: string, options: RuleAdd, from: Cidr | undefined, to: Cidr | undefined): number {
  const given = options.family === undefined ? undefined : checkName(operation, 'family', options.family, families, 0)
  const found = [from, to]
    .filter((each) => each !== undefined)
    .map(({ address }) => families[address.family === 4 ? 'ipv4' : 'ipv6'])
  const all = new Set([...found, ...(given === undefined ? [] : [given])])
  if (all.size > 1)
    throw invalidInput(operation, 'from, to and family are not of one family; give all IPv4 or all IPv6')
  return [...all][0] ?? families.ipv4
}

function subject({ priority, from, to, table }: RuleAdd): string {
  const parts = Object.entries({ priority, from, to, table }).filter(([, value]) => value !== undefined)
  return ['rule', ...parts.map(([key, value]) => `${key} ${value}`)].join(' ')
}
