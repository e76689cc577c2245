import { z } from 'zod'
import { KubeError } from '../error.ts'
import type { KubeObject } from '../objects/kinds.ts'
import * as fields from '../objects/fields.ts'
import { type Following, malformed } from './following.ts'
import { Intake } from '../follow/intake.ts'
import { ItemSplitter } from './items.ts'
import { collectionPath, selectorQuery } from './query.ts'

const envelope = fields.part('a list', {
  metadata: fields.part('the metadata of a list', {
    resourceVersion: fields.text,
    continue: fields.maybe(fields.text),
  }),
  items: z.unknown(),
})

/**
 * Lists all objects in pages and puts them in the place of those that the store has. Returns the version that a watch goes on from.
 * Where a page comes too late to be of the same list, it is all asked for again in one: pages of different times have a gap between them.
 */
export async function listAll<T extends KubeObject>(following: Following<T>): Promise<string> {
  try {
    return await listPages(following, following.limits.page)
  } catch (error) {
    if (!(error instanceof KubeError && error.code === 'EXPIRED')) throw error
    return await listPages(following, undefined)
  }
}

async function listPages<T extends KubeObject>(following: Following<T>, limit: number | undefined): Promise<string> {
  const { kind, store, tally, clock } = following
  const began = clock.elapsed()
  const intake = new Intake(kind, store, tally)
  let version = ''
  for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
    const { metadata } = await listPage(following, intake, { limit, continue: next })
    version = metadata.resourceVersion
    next = metadata.continue || undefined
  }
  intake.finish()
  tally.listed(clock.elapsed() - began)
  return version
}

async function listPage<T extends KubeObject>(
  following: Following<T>,
  intake: Intake<T>,
  page: { limit: number | undefined; continue: string | undefined },
): Promise<z.infer<typeof envelope>> {
  const { kind, options, limits } = following
  const operation = `list ${kind.plural}`
  const splitter = new ItemSplitter(limits.objectBytes)
  const path = collectionPath(kind, options.namespace)
  const query = { ...selectorQuery(options), ...page }
  await following.stream({ operation, path, query, compressed: true }, limits.silenceMs, (chunk) => {
    for (const item of splitter.push(chunk))
      if ('bytes' in item) intake.skip(item)
      else intake.add(JSON.parse(item.toString()))
  })
  const parsed = envelope.safeParse(envelopeOf(operation, splitter))
  if (parsed.success) return parsed.data
  throw new KubeError('MALFORMED', operation, parsed.error.issues[0]!.message)
}

function envelopeOf(operation: string, splitter: ItemSplitter): unknown {
  try {
    return splitter.end()
  } catch (error) {
    throw malformed(operation, error as SyntaxError)
  }
}
