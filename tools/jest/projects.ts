import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Config } from 'jest'

type Project = Exclude<NonNullable<Config['projects']>[number], string>

/** One Jest project per package for its `*.test.ts`, and one for its `*.netns.test.ts`, whose files each own what they make. */
export function projects(root: string): Project[] {
  return globSync('{packages,apps,tools}/*', { cwd: root })
    .toSorted()
    .flatMap((dir) => {
      const name = basename(dir)
      const tests = globSync('**/*.test.ts', { cwd: join(root, dir) })
      const netns = tests.filter(isNetns)
      return [
        ...(tests.length > netns.length ? [unit(root, dir, name)] : []),
        ...(netns.length > 0 ? [network(root, dir, name)] : []),
      ]
    })
}

/** What projects are named after: each folder with tests. */
export function packages(root: string): string[] {
  const names = projects(root).map(({ displayName }) => String(displayName).replace(/:netns$/, ''))
  return [...new Set(names)]
}

function isNetns(file: string): boolean {
  return file.endsWith('.netns.test.ts')
}

const environmentOptions = { customExportConditions: ['@skep/source', 'node', 'node-addons'] }

/** What every project has. */
export function common(root: string, dir: string): Project {
  return {
    rootDir: join(root, dir),
    testEnvironment: join(root, 'tools/jest/environment.ts'),
    testEnvironmentOptions: environmentOptions,
    extensionsToTreatAsEsm: ['.ts'],
    moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
    transform: {},
    setupFiles: [join(root, 'tools/jest/fuzz.mjs')],
    setupFilesAfterEnv: [join(root, 'tools/jest/open-handles.ts')],
  }
}

function unit(root: string, dir: string, name: string): Project {
  return {
    ...common(root, dir),
    displayName: name,
    testMatch: ['<rootDir>/**/*.test.ts'],
    testPathIgnorePatterns: [String.raw`\.netns\.test\.ts$`, '/node_modules/', '/dist/'],
  }
}

function network(root: string, dir: string, name: string): Project {
  return {
    ...common(root, dir),
    displayName: `${name}:netns`,
    testEnvironmentOptions: { ...environmentOptions, needs: ['root', 'bpf'] },
    testMatch: ['<rootDir>/**/*.netns.test.ts'],
  }
}
