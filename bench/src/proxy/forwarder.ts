// The least that a proxy can do: the request's bytes to the upstream, the answer's bytes to the client. A process of its own.
import { createServer } from 'node:http'
import { pipeline } from 'node:stream'
import { Pool } from 'undici'
import { tellPort } from './port.ts'

const pool = new Pool(process.argv[2] as string)

const server = createServer(async (request, response) => {
  const { method, url, headers } = request
  const { host: _host, connection: _connection, 'transfer-encoding': _encoding, ...passed } = headers
  const isBare = method === 'GET' || method === 'HEAD'
  const answer = await pool.request({
    method: method as 'POST',
    path: url as string,
    headers: passed,
    body: isBare ? null : request,
  })
  const { connection: _c, 'keep-alive': _k, 'transfer-encoding': _t, ...kept } = answer.headers
  response.writeHead(answer.statusCode, kept)
  pipeline(answer.body, response, () => {})
})
tellPort(server)
