import { bothWays } from '../../test/both-ways.ts'
import { gobgp } from '../../test/gobgp.ts'

bothWays({ name: 'GoBGP', binary: 'gobgpd', make: gobgp })
