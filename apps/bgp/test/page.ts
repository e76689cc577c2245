import { readFileSync } from 'node:fs'

/** docs/bgp.md. */
export const page: string = readFileSync(new URL('../../../docs/bgp.md', import.meta.url), 'utf8')

/** The page's blocks of a language. */
export function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text!)
}
