import { join, dirname } from 'node:path'
import type { Import } from './imports.ts'
import type { Layer, Project } from './project.ts'

/** What a layer may import besides itself. `test` is imported by tests alone, `app` by nobody. */
const below: Record<Layer, readonly Layer[]> = {
  pure: [],
  kernel: ['pure'],
  domain: ['kernel', 'pure'],
  app: ['domain', 'kernel', 'pure'],
  test: ['domain', 'kernel', 'pure'],
}

/** Everything that breaks the layers, one line each, in the order of the files. */
export function violations(projects: readonly Project[]): string[] {
  const byName = new Map(projects.map((project) => [project.name, project]))
  return [
    ...projects.flatMap((project) => manifestViolations(project, byName)),
    ...projects.flatMap((project) => project.imports.flatMap((found) => importViolation(project, found, byName) ?? [])),
    ...cycles(projects),
  ]
}

function manifestViolations(project: Project, byName: ReadonlyMap<string, Project>): string[] {
  const where = `${project.root}/package.json`
  if (!project.layer || !(project.layer in below)) {
    return [
      `${where}: nx.tags needs one of ${Object.keys(below)
        .map((layer) => `layer:${layer}`)
        .join(', ')}`,
    ]
  }
  const own = project.dependencies.flatMap((name) => byName.get(name) ?? [])
  return [
    ...own.flatMap((to) => (mayImport(project, to) ? [] : [`${where}: ${layers(project, to)}`])),
    ...own.flatMap((to) =>
      project.references.includes(to.root) ? [] : [`${project.root}/tsconfig.json: references lacks ../../${to.root}`],
    ),
  ]
}

function importViolation(from: Project, found: Import, byName: ReadonlyMap<string, Project>): string | undefined {
  const where = `${found.file}:${found.line}`
  if (found.specifier.startsWith('node:')) return undefined
  if (found.specifier.startsWith('.')) return relativeViolation(from, found, where)
  const name = packageName(found.specifier)
  const to = byName.get(name)
  if (to && to !== from) {
    const subpath = `.${found.specifier.slice(name.length)}`
    if (!to.exports.includes(subpath))
      return `${where}: '${found.specifier}' is not in the exports of ${to.root}/package.json`
  }
  if (isTest(found.file)) return undefined
  if (to && to !== from && !mayImport(from, to)) return `${where}: ${layers(from, to)}`
  if (to !== from && !from.dependencies.includes(name)) {
    return `${where}: '${name}' is not among the dependencies of ${from.root}/package.json`
  }
  return undefined
}

function relativeViolation(from: Project, found: Import, where: string): string | undefined {
  const target = join(dirname(found.file), found.specifier)
  if (target.startsWith(`${from.root}/`)) return undefined
  if (isTest(found.file) && target.startsWith('tools/')) return undefined
  return `${where}: '${found.specifier}' leaves ${from.root}; import the package by its name`
}

function mayImport(from: Project, to: Project): boolean {
  if (!from.layer || !to.layer) return true
  return from.layer === to.layer ? from.layer !== 'app' : below[from.layer].includes(to.layer)
}

function layers(from: Project, to: Project): string {
  return `${from.name} (${from.layer}) must not depend on ${to.name} (${to.layer})`
}

/** Tests and benches may use the test kit and what only the root provides. */
function isTest(file: string): boolean {
  return /\.(test|bench)\.ts$|\/(bench|test|testing)\//.test(file)
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function cycles(projects: readonly Project[]): string[] {
  const byName = new Map(projects.map((project) => [project.name, project]))
  const done = new Set<string>()
  const visit = (project: Project, path: readonly string[]): string[] => {
    if (path.includes(project.name))
      return [`cycle: ${[...path.slice(path.indexOf(project.name)), project.name].join(' → ')}`]
    if (done.has(project.name)) return []
    const found = project.dependencies.flatMap((name) => {
      const to = byName.get(name)
      return to ? visit(to, [...path, project.name]) : []
    })
    done.add(project.name)
    return found
  }
  return projects.flatMap((project) => visit(project, []))
}
