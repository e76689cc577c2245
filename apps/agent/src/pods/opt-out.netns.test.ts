import { expect, test } from '@jest/globals'
import { clusterNeeds, namespaces, pods } from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { getFrom, untilAnswered } from '../../test/pod-client.ts'
import { Sidecar } from '../../test/sidecar.ts'
import { sharedSite } from '../../test/shared-site.ts'
import type { StatusDocument } from '../control/documents.ts'
import { SERVICES_AT } from './choice.ts'

const { describe } = needing(...clusterNeeds)

describe('pods that opt out of services at the socket', () => {
  const lab = sharedSite()

  const rows = async () => (JSON.parse(await lab.agent.says('/status')) as StatusDocument).pods?.rows ?? []

  const untilAt = (name: string, at: string): Promise<void> =>
    lab.site.until(async () => {
      const row = (await rows()).find(({ pod }) => pod === name)
      return row?.choice.at === at && (at === 'socket' || row.device !== undefined)
    }, `${name} is not served at the ${at}`)

  test('a sidecar sees backends, and the service once its pod is annotated', async () => {
    const pod = lab.stack.use(await lab.site.cluster.pod(lab.site.here, { name: 'meshed' }))
    const backend = await lab.site.webPod(lab.stack, lab.site.there, 'seen-1')
    const [v4, v6] = await lab.site.service(lab.stack, 'seen')
    for (const address of [v4!, v6!]) await untilAnswered(pod, ['seen-1'], address)
    const sidecar = lab.stack.use(await Sidecar.start(pod))
    expect(await getFrom(pod, v4!)).toBe('seen-1')
    expect(await sidecar.saw()).toBe(`${backend.ip} 80`)
    await lab.site.cluster.api.patch(
      pods,
      { name: 'meshed' },
      { metadata: { annotations: { [SERVICES_AT]: 'device' } } },
    )
    await untilAt('default/meshed', 'device')
    for (const address of [v4!, v6!]) {
      expect(await getFrom(pod, address)).toBe('seen-1')
      expect(await sidecar.saw()).toBe(`${address} 80`)
    }
    expect(await lab.agent.ask('explain', 'default/meshed')).toContain(`${SERVICES_AT} of the pod is device`)
  })

  test('a namespace opts out for its pods, and a pod may think otherwise', async () => {
    await lab.site.cluster.api.create(namespaces, { metadata: { name: 'mesh', labels: { [SERVICES_AT]: 'device' } } })
    lab.stack.use(await lab.site.cluster.pod(lab.site.here, { name: 'as-all', namespace: 'mesh' }))
    const annotations = { [SERVICES_AT]: 'socket' }
    lab.stack.use(await lab.site.cluster.pod(lab.site.here, { name: 'alone', namespace: 'mesh', annotations }))
    await untilAt('mesh/as-all', 'device')
    await untilAt('mesh/alone', 'socket')
  })

  test('what is written wrong is a problem that says what would be right', async () => {
    const annotations = { [SERVICES_AT]: 'veth' }
    lab.stack.use(await lab.site.cluster.pod(lab.site.here, { name: 'wrong', annotations }))
    await untilAt('default/wrong', 'socket')
    const { problems } = JSON.parse(await lab.agent.ask('status', '--json')) as StatusDocument
    expect(problems).toContain(`default/wrong: ${SERVICES_AT} of the pod is "veth"; write socket or device`)
  })
})
