import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

/**
 * In a bundle, modules still find what lies beside their files. `urlOf`: an expression for the URL of a file, which may use
 * the bundle's own `import.meta`.
 */
export function ownMeta(root: string, urlOf: (file: string) => string): Plugin {
  return {
    name: 'own import.meta',
    setup(building): void {
      building.onLoad({ filter: /\.[tj]s$/ }, ({ path }) => {
        if (!path.startsWith(root)) return undefined
        const source = readFileSync(path, 'utf8')
        if (!source.includes('import.meta')) return undefined
        const contents = `${declared(urlOf(path))}\n${source.replaceAll('import.meta', 'ownMeta')}`
        return { loader: path.endsWith('.ts') ? 'ts' : 'js', contents }
      })
    },
  }
}

function declared(url: string): string {
  return [
    `const ownMeta = { url: ${url} }`,
    `ownMeta.filename = process.getBuiltinModule('node:url').fileURLToPath(ownMeta.url)`,
    `ownMeta.dirname = process.getBuiltinModule('node:path').dirname(ownMeta.filename)`,
  ].join('; ')
}
