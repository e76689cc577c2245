import { bothWays } from '../../test/both-ways.ts'
import { frr } from '../../test/frr.ts'

bothWays({ name: 'FRR', binary: 'vtysh', make: frr })
