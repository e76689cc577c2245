import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds, pods } from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { HeldSocket } from '../../test/held-socket.ts'
import { Site } from '../../test/site.ts'
import type { SkepAgent } from '../../test/skep-agent.ts'

const { describe } = needing(...clusterNeeds)

describe('endpoints that terminate (KEP-1669), with real connections', () => {
  let site: Site
  let agent: SkepAgent
  let stack: AsyncDisposableStack
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    agent = await site.agent(all)
  }, 120_000)

  afterAll(() => all.disposeAsync(), 120_000)

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync(), 120_000)

  test('where none is ready those that serve are used, and give way to the first that is', async () => {
    const last = await site.webPod(stack, site.there, 'last-1')
    const [address] = await site.service(stack, 'last')
    await site.untilAnswers(['last-1'], address!)
    await last.terminate()
    await site.untilStatus(agent, 'last', /1 of 1, all of them terminating/)
    await site.untilAnswers(['last-1'], address!)
    await site.webPod(stack, site.here, 'last-2')
    await site.untilAnswers(['last-2'], address!)
  })

  test('with internalTrafficPolicy: Local only those of this node are', async () => {
    const here = await site.webPod(stack, site.here, 'mine-1')
    await site.webPod(stack, site.there, 'mine-2')
    const [address] = await site.service(stack, 'mine', { internalTrafficPolicy: 'Local' })
    await site.untilAnswers(['mine-1'], address!)
    await here.terminate()
    await site.untilStatus(agent, 'mine', /all of them terminating/)
    await site.untilAnswers(['mine-1'], address!)
  })

  test('affinity does not lead to one that drains, and what is connected stays', async () => {
    const two = [await site.webPod(stack, site.here, 'same-1'), await site.webPod(stack, site.there, 'same-2')]
    const [address] = await site.service(stack, 'same', { sessionAffinity: 'ClientIP' })
    await site.untilBackends(agent, address!, 2)
    const held = stack.use(await HeldSocket.open(site.here.machine, { address: address!, port: 80, protocol: 'tcp' }))
    const other = held.answered === 'same-1' ? 'same-2' : 'same-1'
    await two.find(({ name }) => name === held.answered)!.terminate()
    await site.untilAnswers([other], address!)
    expect(await held.ask()).toBe(held.answered)
  })

  test('a pod that has ended before its time is gone at once', async () => {
    await site.echoPod(stack, site.here, 'early-1')
    const early = await site.echoPod(stack, site.there, 'early-2')
    const udp = { ports: [{ port: 53, targetPort: 5353, protocol: 'UDP' }], ipFamilyPolicy: 'SingleStack' }
    const [address] = await site.service(stack, 'early', udp)
    await site.untilBackends(agent, address!, 2, 53)
    await early.terminate(3600)
    await site.untilBackends(agent, address!, 1, 53)
    expect(JSON.parse(await agent.ask('backends', '--json'))).toContainEqual(
      expect.objectContaining({ address: early.ip, state: 'terminating' }),
    )
    const status = { phase: 'Succeeded' }
    await site.cluster.api.patch(pods, early, { status }, { type: 'strategic', subresource: 'status' })
    await site.until(async () => !(await agent.ask('backends')).includes(early.ip))
  })
})
