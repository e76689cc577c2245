import { expect, test } from '@jest/globals'
import { clusterNeeds, pods } from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { HeldSocket } from '../../test/held-socket.ts'
import { sharedSite } from '../../test/shared-site.ts'

const { describe } = needing(...clusterNeeds)

describe('endpoints that terminate (KEP-1669), with real connections', () => {
  const lab = sharedSite()

  test('where none is ready those that serve are used, and give way to the first that is', async () => {
    const last = await lab.site.webPod(lab.stack, lab.site.there, 'last-1')
    const [address] = await lab.site.service(lab.stack, 'last')
    await lab.site.untilAnswers(['last-1'], address!)
    await last.terminate()
    await lab.site.untilStatus(lab.agent, 'last', /1 of 1, all of them terminating/)
    await lab.site.untilAnswers(['last-1'], address!)
    await lab.site.webPod(lab.stack, lab.site.here, 'last-2')
    await lab.site.untilAnswers(['last-2'], address!)
  })

  test('with internalTrafficPolicy: Local only those of this node are', async () => {
    const here = await lab.site.webPod(lab.stack, lab.site.here, 'mine-1')
    await lab.site.webPod(lab.stack, lab.site.there, 'mine-2')
    const [address] = await lab.site.service(lab.stack, 'mine', { internalTrafficPolicy: 'Local' })
    await lab.site.untilAnswers(['mine-1'], address!)
    await here.terminate()
    await lab.site.untilStatus(lab.agent, 'mine', /all of them terminating/)
    await lab.site.untilAnswers(['mine-1'], address!)
  })

  test('affinity does not lead to one that drains, and what is connected stays', async () => {
    const two = [
      await lab.site.webPod(lab.stack, lab.site.here, 'same-1'),
      await lab.site.webPod(lab.stack, lab.site.there, 'same-2'),
    ]
    const [address] = await lab.site.service(lab.stack, 'same', { sessionAffinity: 'ClientIP' })
    await lab.site.untilBackends(lab.agent, address!, 2)
    const held = lab.stack.use(
      await HeldSocket.open(lab.site.here.machine, { address: address!, port: 80, protocol: 'tcp' }),
    )
    const other = held.answered === 'same-1' ? 'same-2' : 'same-1'
    await two.find(({ name }) => name === held.answered)!.terminate()
    await lab.site.untilAnswers([other], address!)
    expect(await held.ask()).toBe(held.answered)
  })

  test('a pod that has ended before its time is gone at once', async () => {
    await lab.site.echoPod(lab.stack, lab.site.here, 'early-1')
    const early = await lab.site.echoPod(lab.stack, lab.site.there, 'early-2')
    const udp = { ports: [{ port: 53, targetPort: 5353, protocol: 'UDP' }], ipFamilyPolicy: 'SingleStack' }
    const [address] = await lab.site.service(lab.stack, 'early', udp)
    await lab.site.untilBackends(lab.agent, address!, 2, 53)
    await early.terminate(3600)
    await lab.site.untilBackends(lab.agent, address!, 1, 53)
    expect(JSON.parse(await lab.agent.says('/backends'))).toContainEqual(
      expect.objectContaining({ address: early.ip, state: 'terminating' }),
    )
    const status = { phase: 'Succeeded' }
    await lab.site.cluster.api.patch(pods, early, { status }, { type: 'strategic', subresource: 'status' })
    await lab.site.until(async () => !(await lab.agent.says('/backends')).includes(early.ip))
  })
})
