import { knownClients, withKnownClient } from './known-clients.ts'
import { nearestName } from './nearest.ts'
import type { Config } from './schema.ts'
import type { LocalProblem } from './secrets.ts'

const known = knownClients.map(({ name }) => name)

/** What is wrong with profiles of clients: names that do not exist, and entries that no request would have or that would change nothing. */
export function checkProfiles({ clientProfiles, keys }: Config): LocalProblem[] {
  const names = [...new Set([...clientProfiles.map(({ name }) => name), ...known])]
  const used = new Set(keys.map(({ profile }) => profile))
  return [
    ...keys.flatMap(({ profile }, index) =>
      profile === undefined || names.includes(profile) ? [] : [unknownProfile(profile, names, index)],
    ),
    ...clientProfiles.flatMap((given, index) => {
      const { userAgent, coalesce, ...profile } = withKnownClient(given)
      const path = ['clientProfiles', index]
      if (coalesce !== undefined && Object.values(coalesce).every((bound) => bound === undefined)) {
        const mend = 'Set minChars, maxDelayMs or both.'
        return [{ path: [...path, 'coalesce'], message: 'It is not said how much is collected.', mend }]
      }
      if (Object.keys(profile).length === 1 && coalesce === undefined) {
        const near = nearestName(profile.name, known)
        const mend = `${near === undefined ? '' : `Did you mean ${near}? `}Set deliver, truncatedCalls, coalesce or reasoningNames; known clients, which need nothing, are ${known.join(', ')}.`
        return [{ path, message: `${JSON.stringify(profile.name)} changes nothing.`, mend }]
      }
      if (userAgent === undefined && !used.has(profile.name)) {
        const mend = `Set userAgent, or profile: ${profile.name} at a key.`
        return [{ path, message: `No request has the profile ${JSON.stringify(profile.name)}.`, mend }]
      }
      return []
    }),
  ]
}

function unknownProfile(profile: string, names: readonly string[], index: number): LocalProblem {
  const near = nearestName(profile, names)
  const mend =
    near === undefined ? `Profiles: ${names.join(', ')}; clientProfiles adds others.` : `Did you mean ${near}?`
  return { path: ['keys', index, 'profile'], message: `There is no client profile ${JSON.stringify(profile)}.`, mend }
}
