import type { DeliveryOptions } from '@tooldelta/openai'
import { knownClients, withKnownClient } from '../config/known-clients.ts'
import type { ClientProfileInput, Config } from '../config/schema.ts'

/** How answers are brought to one kind of client. */
export interface ClientProfile {
  name: string
  delivery: DeliveryOptions
}

/** Finds the profile of a request. */
export interface ClientProfiles {
  /**
   * The profile that the key names, else the first listed one whose `userAgent` fits.
   *
   * @param ofKey - `keys[].profile`
   */
  find(ofKey: string | undefined, userAgent: string | undefined): ClientProfile | undefined
}

/** Builds the profiles of the settings. */
export function createClientProfiles({ clientProfiles }: Pick<Config, 'clientProfiles'>): ClientProfiles {
  const listed = clientProfiles.map(withKnownClient)
  const byName = new Map([...knownClients, ...listed].map((profile) => [profile.name, toProfile(profile)]))
  const byAgent = listed.flatMap(({ name, userAgent }) =>
    userAgent === undefined ? [] : [{ fits: createAgentFilter(userAgent), profile: byName.get(name) }],
  )
  return {
    find(ofKey, userAgent = '') {
      if (ofKey !== undefined) return byName.get(ofKey)
      return byAgent.find(({ fits }) => fits(userAgent))?.profile
    },
  }
}

function toProfile({ name, deliver, truncatedCalls, coalesce, reasoningNames }: ClientProfileInput): ClientProfile {
  return { name, delivery: { deliver, truncatedCalls, coalesceArguments: coalesce, reasoningNames } }
}

/**
 * Whether a header contains a text in which `*` stands for any characters. Upper and lower case are the same. Its parts are looked for one
 * after the other, so it takes no longer than the header is long, times the parts.
 */
function createAgentFilter(pattern: string): (userAgent: string) => boolean {
  const parts = pattern.toLowerCase().split('*')
  return (userAgent) => {
    const text = userAgent.toLowerCase()
    let from = 0
    for (const part of parts) {
      const place = text.indexOf(part, from)
      if (place === -1) return false
      from = place + part.length
    }
    return true
  }
}
