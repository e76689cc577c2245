import { readFileSync } from 'node:fs'
import {
  ConfigError,
  type Finding,
  type Origin,
  parseDocument,
  type Path,
  show,
  type SourceDocument,
} from '@skep/config-file'
import { isCommunity, noCommunity } from './fields.ts'
import { readMetallb } from './metallb.ts'
import type { BgpConfig } from './model.ts'
import { readOwn } from './own.ts'
import type { Parsed } from './parsed.ts'
import { aggregationRules, communityRules, crossCheck } from './rules.ts'

/** Reads and validates a configuration file. Throws {@link ConfigError} with every problem in it. */
export function loadBgpConfig(file: string): BgpConfig {
  try {
    return parseBgpConfig(file, readFileSync(file, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof ConfigError || code === undefined) throw error
    throw new ConfigError([{ file, line: 1, column: 1, path: '', message: `cannot be read (${code})` }])
  }
}

/**
 * Validates a configuration: our own YAML (`kind: BGP`), or MetalLB's ConfigMap, whole or its `config.yaml` alone.
 * `file` is for messages. Throws {@link ConfigError}.
 */
export function parseBgpConfig(file: string, text: string): BgpConfig {
  return parse({ file, lines: 0, indent: 0 }, text)
}

function parse(origin: Origin, text: string): BgpConfig {
  const document = parseDocument(origin, text)
  const { value } = document
  if (!isMapping(value))
    throw document.refusal([
      { path: [], message: `${show(value)} is no configuration; start with apiVersion: skep.dev/v1, kind: BGP` },
    ])
  if (value['kind'] === 'ConfigMap') return parseConfigMap(origin, text, document, value)
  return 'apiVersion' in value || 'kind' in value || 'spec' in value ? parseOwn(document) : parseMetallb(document)
}

/** The configuration is the text of one of its keys. */
function parseConfigMap(
  origin: Origin,
  whole: string,
  document: SourceDocument,
  value: Record<string, unknown>,
): BgpConfig {
  const data = isMapping(value['data']) ? value['data'] : {}
  const key = ['config.yaml', 'config'].find((one) => typeof data[one] === 'string')
  if (key === undefined)
    throw document.refusal([{ path: ['data'], message: 'has no config.yaml; write the configuration below it' }])
  // A block of text begins on the line after its indicator.
  const lines = document.lineOf(['data', key]) + 1
  const first = whole
    .split('\n')
    .slice(lines)
    .find((line) => line.trim() !== '')
  return parse({ file: origin.file, lines, indent: first?.search(/\S/) ?? 0 }, data[key] as string)
}

function parseOwn(document: SourceDocument): BgpConfig {
  const spec = child(document.value, 'spec')
  const aliases = child(spec, 'communities')
  const written = [
    ...eachOf(spec, 'announce', ['spec']),
    ...eachOf(spec, 'pools', ['spec']).flatMap(([pool, path]) => eachOf(pool, 'advertisements', path)),
  ]
  const findings = [...aliasRules(aliases, ['spec', 'communities']), ...communityFindings(written, aliases)]
  return accept(document, readOwn(document.value), findings, (config) => [
    ...crossCheck(config, { peers: ['spec', 'peers'], peerAddress: 'address', pools: ['spec', 'pools'] }),
    ...aggregationRules(config, ['spec', 'pools'], 'advertisements', 'aggregationLength', 'aggregationLengthV6'),
    ...peerNames(config),
    ...nextHopRules(config),
  ])
}

function parseMetallb(document: SourceDocument): BgpConfig {
  const aliases = child(document.value, 'bgp-communities')
  const written = eachOf(document.value, 'address-pools', []).flatMap(([pool, path]) =>
    eachOf(pool, 'bgp-advertisements', path),
  )
  const findings = [...aliasRules(aliases, ['bgp-communities']), ...communityFindings(written, aliases)]
  return accept(document, readMetallb(document.value), findings, (config) => [
    ...crossCheck(config, { peers: ['peers'], peerAddress: 'peer-address', pools: ['address-pools'] }),
    ...aggregationRules(config, ['address-pools'], 'bgp-advertisements', 'aggregation-length', 'aggregation-length'),
  ])
}

function accept(
  document: SourceDocument,
  parsed: Parsed<BgpConfig>,
  known: readonly Finding[],
  rules: (config: BgpConfig) => Finding[],
): BgpConfig {
  if ('findings' in parsed) throw document.refusal([...known, ...parsed.findings])
  const findings = [...known, ...rules(parsed.config)]
  if (findings.length > 0) throw document.refusal(findings)
  return parsed.config
}

/** Announcements are for peers that there are. */
function peerNames({ peers, announcements, pools }: BgpConfig): Finding[] {
  const names = peers.map(({ name }) => name)
  const check = (wanted: readonly unknown[] | undefined, path: Path): Finding[] =>
    (wanted ?? []).flatMap((one, i) =>
      typeof one !== 'string' || names.includes(one)
        ? []
        : [
            {
              path: [...path, 'peers', i],
              message: `no peer is called ${show(one)}; there are ${names.join(', ') || 'none'}`,
            },
          ],
    )
  return [
    ...announcements.flatMap(({ scope }, i) => check(scope?.peers, ['spec', 'announce', i])),
    ...pools.flatMap(({ advertisements }, i) =>
      advertisements.flatMap((one, j) => check(one.peers, ['spec', 'pools', i, 'advertisements', j])),
    ),
  ]
}

/** An IPv6 prefix has an IPv6 next hop; an IPv4 one may have either (RFC 8950). */
function nextHopRules({ announcements }: BgpConfig): Finding[] {
  return announcements.flatMap(({ prefixes, attributes }, i) => {
    const nextHop = attributes?.nextHop
    const wide = [...prefixes].map(String).find((prefix) => prefix.includes(':'))
    if (nextHop === undefined || nextHop.includes(':') || wide === undefined) return []
    const message = `${show(nextHop)} is an IPv4 address, and ${wide} has an IPv6 next hop; announce them apart`
    return [{ path: ['spec', 'announce', i, 'nextHop'], message }]
  })
}

function aliasRules(aliases: Record<string, unknown>, path: Path): Finding[] {
  return Object.entries(aliases).flatMap(([alias, text]) =>
    typeof text !== 'string' || isCommunity(text) ? [] : [{ path: [...path, alias], message: noCommunity(text) }],
  )
}

function communityFindings(
  written: readonly (readonly [unknown, Path])[],
  aliases: Record<string, unknown>,
): Finding[] {
  return written.flatMap(([one, path]) =>
    communityRules(isMapping(one) ? one['communities'] : undefined, aliases, [...path, 'communities']),
  )
}

/** The elements of a list below a key, with their paths; none where that is no list. */
function eachOf(value: unknown, key: string, path: Path): (readonly [unknown, Path])[] {
  const list = isMapping(value) ? value[key] : undefined
  return Array.isArray(list) ? list.map((one: unknown, i) => [one, [...path, key, i]] as const) : []
}

function child(value: unknown, key: string): Record<string, unknown> {
  const found = isMapping(value) ? value[key] : undefined
  return isMapping(found) ? found : {}
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
