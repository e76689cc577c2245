import { askAgent } from '../cli/ask.ts'
import type { Item } from './item.ts'
import { pretty } from './item.ts'

const answers: readonly (readonly [file: string, path: string, about: string])[] = [
  ['status.json', '/status', 'how the agent, its sources and its maps are, and what is wrong: skep-agent status'],
  ['services.json', '/services', 'each frontend, and how its backends were chosen: skep-agent services'],
  ['backends.json', '/backends', 'each backend with its id in the maps: skep-agent backends'],
  ['config.json', '/config', 'the options that the running agent has: skep-agent config'],
  ['bgp.json', '/bgp', 'routers, and what becomes of each route: skep-agent bgp'],
  ['metrics.txt', '/metrics', 'the metrics, in Prometheus’ text format'],
]

/** What the running agent says. */
export function askedItems(socket: string): Item[] {
  return answers.map(([file, path, about]) => ({
    file,
    about,
    read: async () => {
      const text = await askAgent(socket, path)
      return file.endsWith('.json') ? pretty(JSON.parse(text)) : text
    },
  }))
}
