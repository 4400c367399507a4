// As use-esm.mjs, by `require`.
const { useAll } = require('./use-all.cjs')

useAll({
  aiSdk: require('@tooldelta/ai-sdk'),
  core: require('@tooldelta/core'),
  openai: require('@tooldelta/openai'),
  fetch: require('@tooldelta/fetch'),
  fetchNode: require('@tooldelta/fetch/node'),
  express: require('@tooldelta/express'),
  fastify: require('@tooldelta/fastify'),
}).catch((error) => {
  console.error(error)
  process.exitCode = 1
})
