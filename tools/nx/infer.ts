import { existsSync, globSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { CreateNodesContextV2, CreateNodesResultV2, TargetConfiguration } from 'nx/src/devkit-exports.js'

const jest = 'node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js'

/** What a package can do follows from the files it has; no package.json needs scripts. */
function targets(workspace: string, root: string): Record<string, TargetConfiguration> {
  const name = basename(root)
  const folder = join(workspace, root)
  const tests = globSync('**/*.test.ts', { cwd: folder, exclude: ['node_modules'] })
  const netns = tests.filter((file) => file.endsWith('.netns.test.ts'))
  const found: Record<string, TargetConfiguration> = {}
  if (existsSync(join(folder, 'tsconfig.json'))) found['build'] = build(root)
  if (existsSync(join(folder, 'native/Makefile'))) found['native'] = native(root)
  if (tests.length > netns.length) found['test'] = run(`${jest} --selectProjects ${name}`)
  if (netns.length > 0) found['test-netns'] = { ...run(`${jest} --selectProjects ${name}:netns`), ...alone }
  if (existsSync(join(folder, 'bench')))
    found['bench'] = { ...run(`node --conditions=@skep/source tools/bench/main.ts ${root}`), ...alone }
  return found
}

const alone = { cache: false, parallelism: false }

function run(command: string): TargetConfiguration {
  return { command, cache: true, inputs: ['default', '^default'], dependsOn: ['^native', 'native'] }
}

function build(root: string): TargetConfiguration {
  return { command: `tsc -b ${root}`, cache: true, inputs: ['default', '^default'], outputs: ['{projectRoot}/dist'] }
}

function native(root: string): TargetConfiguration {
  return {
    command: `make -C ${root}/native`,
    cache: true,
    inputs: ['native', '^native', 'shared'],
    outputs: ['{projectRoot}/prebuilds'],
  }
}

export const createNodesV2 = [
  '{packages,apps}/*/package.json',
  (files: readonly string[], _options: unknown, context: CreateNodesContextV2): CreateNodesResultV2 =>
    files.map((file) => {
      const root = dirname(file)
      return [file, { projects: { [root]: { root, targets: targets(context.workspaceRoot, root) } } }]
    }),
] as const
