import { isNamed, matches } from '../selection/match.ts'
import type { Entry, Selection } from '../selection/types.ts'
import type { LinkFacts, Snapshot } from '../snapshot/types.ts'
import { entryNotes } from './notes.ts'
import { routeWords } from './route-words.ts'
import { leftOut, type RuleContext } from './rules.ts'
import type { Detection, DetectOptions, Explanation } from './types.ts'

type Decision = Pick<Explanation, 'chosen' | 'rule' | 'why' | 'entry'>

/** Decides about every device of a host, and says why. Pure: the same answer for the same input, in whatever order. */
export function detect(snapshot: Snapshot, selection: Selection, options: DetectOptions = {}): Detection {
  const byIndex = new Map(snapshot.links.map((link) => [link.index, link]))
  const routesOf = Map.groupBy(snapshot.routes, ({ index }) => index)
  const explanations = snapshot.links
    .toSorted((a, b) => a.index - b.index)
    .map((link): Explanation => {
      const routes = routesOf.get(link.index) ?? []
      const master = link.master === undefined ? undefined : byIndex.get(link.master)
      const context = { routes, master, layer3: options.layer3 ?? true }
      const { index, name: device, kind = String(link.type) } = link
      return { device, index, kind, ...decide(link, selection, context), routes }
    })
  const devices = explanations.flatMap(({ chosen, device }) => (chosen ? [device] : []))
  return { devices, explanations, ...entryNotes(snapshot.links, selection, devices) }
}

/** Leaving out comes first, then what is named, then what the routes tell. */
function decide(link: LinkFacts, selection: Selection, context: RuleContext): Decision {
  const excluded = selection.find((one) => one.is === 'exclusion' && matches(link, one.glob))
  if (excluded)
    return { chosen: false, rule: 'excluded', why: `"${excluded.text}" leaves it out`, entry: excluded.text }
  const named = selection.find((one) => names(one, link))
  if (named) return { chosen: true, rule: 'named', why: `"${named.text}" names it`, entry: named.text }
  const auto = selection.find(({ is }) => is === 'auto')
  if (auto === undefined) return { chosen: false, rule: 'not-named', why: 'no entry names it, and none is "auto"' }
  return { ...byRules(link, context), entry: auto.text }
}

function byRules(link: LinkFacts, context: RuleContext): Decision {
  for (const [rule, applies] of leftOut) {
    const why = applies(link, context)
    if (why !== undefined) return { chosen: false, rule, why }
  }
  return { chosen: true, rule: 'route', why: `it has ${routeWords(context.routes)}` }
}

/** A pattern never means the loopback device: who wants that one writes its name. */
export function names(entry: Entry, link: LinkFacts): boolean {
  switch (entry.is) {
    case 'name':
    case 'addition':
      return isNamed(link, entry.name)
    case 'pattern':
      return !link.flags.includes('LOOPBACK') && matches(link, entry.glob)
    default:
      return false
  }
}
