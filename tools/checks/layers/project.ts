import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importsOf, type Import } from './imports.ts'

export type Layer = 'pure' | 'kernel' | 'domain' | 'app' | 'test'

/** A workspace package as the layer check sees it. */
export interface Project {
  readonly root: string
  readonly name: string
  readonly layer: Layer | undefined
  readonly dependencies: readonly string[]
  /** The subpaths that others may import: '.', './lb-xdp', … */
  readonly exports: readonly string[]
  readonly references: readonly string[]
  readonly imports: readonly Import[]
}

interface Manifest {
  name: string
  exports?: Record<string, unknown>
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  nx?: { tags?: string[] }
}

/** Reads every package below `packages/` and `apps/`. */
export function readProjects(workspace: string): Project[] {
  return globSync('{packages,apps}/*/package.json', { cwd: workspace })
    .toSorted()
    .map((file) => readProject(workspace, file.replace('/package.json', '')))
}

function readProject(workspace: string, root: string): Project {
  const manifest = readJson<Manifest>(join(workspace, root, 'package.json'))
  const tsconfig = readJson<{ references?: { path: string }[] }>(join(workspace, root, 'tsconfig.json'))
  return {
    root,
    name: manifest.name,
    layer: manifest.nx?.tags?.find((tag) => tag.startsWith('layer:'))?.slice('layer:'.length) as Layer | undefined,
    dependencies: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
    exports: Object.keys(manifest.exports ?? {}),
    references: (tsconfig.references ?? []).map(({ path }) => join(root, path)),
    imports: globSync('{src,bench,test}/**/*.ts', { cwd: join(workspace, root) })
      .toSorted()
      .flatMap((file) => importsOf(join(root, file), readFileSync(join(workspace, root, file), 'utf8'))),
  }
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}
