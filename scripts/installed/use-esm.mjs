// Runs in a project that has the packed packages from npm: one call through each of them, by `import`.
import { createRequire } from 'node:module'
import * as aiSdk from '@tooldelta/ai-sdk'
import * as core from '@tooldelta/core'
import * as express from '@tooldelta/express'
import * as fastify from '@tooldelta/fastify'
import * as fetch from '@tooldelta/fetch'
import * as fetchNode from '@tooldelta/fetch/node'
import * as openai from '@tooldelta/openai'
import * as proxy from '@tooldelta/proxy'
import * as testkit from '@tooldelta/testkit'
import { useAll } from './use-all.cjs'

await useAll({ core, openai, fetch, fetchNode, express, fastify, aiSdk })

const require = createRequire(import.meta.url)
for (const [name, module] of Object.entries({
  core,
  openai,
  fetch,
  express,
  fastify,
  proxy,
  testkit,
  'ai-sdk': aiSdk,
})) {
  const required = Object.keys(require(`@tooldelta/${name}`)).filter((key) => key !== '__esModule' && key !== 'default')
  const imported = Object.keys(module).filter((key) => key !== 'default')
  if (required.toSorted().join() !== imported.toSorted().join())
    throw new Error(`${name}: require gives ${required}; import gives ${imported}`)
}
