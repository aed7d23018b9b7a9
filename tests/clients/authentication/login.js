// Logins over node-postgres: node login.js JSON, a list of configurations. Prints who it is, or the SQLSTATE or the message.
const fs = require('fs')
const { Client } = require('pg')

async function logIn (config) {
  if (config.ssl && config.ssl.caFile) config.ssl = { ca: fs.readFileSync(config.ssl.caFile), ...certificate(config.ssl) }
  const client = new Client(config)
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query(
      'SELECT current_user AS who, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS ssl')
    console.log(`${rows[0].who} ${rows[0].ssl}`)
    await client.end()
  } catch (error) {
    console.log(error.code || error.message)
  }
}

function certificate (ssl) {
  return ssl.certFile ? { cert: fs.readFileSync(ssl.certFile), key: fs.readFileSync(ssl.keyFile) } : {}
}

(async () => { for (const config of JSON.parse(process.argv[2])) await logIn(config) })()
