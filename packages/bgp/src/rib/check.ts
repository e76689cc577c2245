import { tryParseAddress } from '@skep/packet'
import { BgpError } from '../error.ts'
import type { RouteAttributes } from './route.ts'

const UINT32 = 0xffffffff

/** Throws {@link BgpError} where attributes cannot be sent: a route that is refused here would break a session later. */
export function checkAttributes(operation: string, attributes: RouteAttributes): void {
  const { nextHop, med, localPref, communities = [], asPath = [], aggregator } = attributes
  if (nextHop !== undefined && tryParseAddress(nextHop) === undefined)
    throw refusal(operation, 'nextHop', nextHop, 'an address like 10.0.0.1')
  for (const [name, value] of Object.entries({ med, localPref })) number(operation, name, value)
  for (const one of communities) number(operation, 'communities', one)
  for (const one of attributes.largeCommunities ?? [])
    for (const value of [one.global, one.local1, one.local2]) number(operation, 'largeCommunities', value)
  for (const one of attributes.extendedCommunities ?? [])
    if (BigInt.asUintN(64, one) !== one) throw refusal(operation, 'extendedCommunities', String(one), '64 bits')
  for (const { asns } of asPath) for (const asn of asns) number(operation, 'asPath', asn)
  if (aggregator) number(operation, 'aggregator', aggregator.asn)
  if (aggregator && tryParseAddress(aggregator.address)?.family !== 4)
    throw refusal(operation, 'aggregator', aggregator.address, 'an IPv4 address')
}

function number(operation: string, name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= UINT32)) return
  throw refusal(operation, name, String(value), `a whole number from 0 to ${UINT32}`)
}

function refusal(operation: string, name: string, value: string, right: string): BgpError {
  return new BgpError('INVALID_INPUT', operation, `${name} ${value} cannot be sent; give ${right}`)
}
