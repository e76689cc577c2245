import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { config, network } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'
import { parseConfig } from '../config/load.ts'
import { loadDatapath, pinProgram, programPin, readProgram } from '@skep/lb-engine'
import { instancePaths } from '../instance/paths.ts'

const { test } = needing(needs.root, needs.bpf)
const lab = sharedLab(network)
const other = { jiffiesPerSecond: 4000, recordShift: 13 }

test('a restart counts time as the program did that runs already, whatever it would measure', async () => {
  await using lb = SkepLb.on(lab.net.lb)
  await lb.start(config([1]))
  await lb.end('SIGKILL')
  const paths = instancePaths({ instance: lb.instance, bpfRoot: lb.bpfRoot, runDir: `${lb.folder}/run` })
  {
    using datapath = loadDatapath(paths, parseConfig('lb.yaml', config([1])), other)
    pinProgram(paths, datapath)
  }
  await lb.start()
  expect(readProgram(programPin(paths))).toMatchObject({ ...other, timeoutOpening: 60 * 4000 })
}, 60_000)
