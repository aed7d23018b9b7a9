// What test_node runs: `node program.js CONNECTION_STRING`. Every assertion that fails ends it with a stack.
const assert = require('node:assert');
const { Client, Pool } = require('pg');

async function main(connectionString) {
  const client = new Client({ connectionString });
  const notices = [];
  client.on('notice', (notice) => notices.push([notice.severity, notice.message]));
  await client.connect();

  await client.query('DROP TABLE IF EXISTS item');
  assert.deepStrictEqual(notices, [['NOTICE', 'table "item" does not exist, skipping']]);
  await client.query(`CREATE TABLE item (id serial PRIMARY KEY, name text NOT NULL UNIQUE, price numeric(8,2),
    tags text[], about jsonb, made timestamptz, photo bytea, ok boolean)`);

  const made = new Date('2024-02-29T12:34:56.789Z');
  const values = ['saw', '12.50', ['a', 'b,"c'], { deep: [1, null, 'ü'] }, made, Buffer.from([0, 255]), true];
  const insert = 'INSERT INTO item (name, price, tags, about, made, photo, ok) VALUES ($1,$2,$3,$4,$5,$6,$7) RETURNING *';
  const inserted = await client.query(insert, values);
  assert.strictEqual(inserted.rowCount, 1);
  assert.deepStrictEqual({ ...inserted.rows[0] }, {
    id: 1, name: 'saw', price: '12.50', tags: ['a', 'b,"c'], about: { deep: [1, null, 'ü'] }, made,
    photo: Buffer.from([0, 255]), ok: true });
  assert.deepStrictEqual(inserted.fields.map((f) => [f.name, f.dataTypeID]), [
    ['id', 23], ['name', 25], ['price', 1700], ['tags', 1009], ['about', 3802], ['made', 1184], ['photo', 17], ['ok', 16]]);

  for (let n = 0; n < 3; n++) {
    const named = await client.query({ name: 'by-id', text: 'SELECT $1::int + id AS sum FROM item', values: [n], rowMode: 'array' });
    assert.deepStrictEqual(named.rows, [[n + 1]]);
  }
  await assert.rejects(client.query(insert, values), (error) => error.code === '23505'
    && error.constraint === 'item_name_key' && error.detail === 'Key (name)=(saw) already exists.');
  await assert.rejects(client.query('SELECT nope FROM item'), (error) => error.code === '42703' && error.position === '8');

  await client.query('BEGIN');
  await client.query('DELETE FROM item');
  await client.query('ROLLBACK');
  const several = await client.query('SELECT count(*) FROM item; SELECT 2 AS two');
  assert.deepStrictEqual(several.map((r) => Object.values(r.rows[0])[0]), ['1', 2]);
  const heard = [];
  const told = new Promise((resolve) => client.on('notification', (message) => {
    heard.push([message.channel, message.payload]);
    if (heard.length === 3) resolve();
  }));
  await client.query('LISTEN jobs');
  await client.query("SELECT pg_notify('jobs', $1), pg_notify('other', '')", ['own']);
  const sender = new Client({ connectionString });
  await sender.connect();
  await sender.query("BEGIN; NOTIFY jobs, 'first'; NOTIFY jobs; NOTIFY jobs, 'first'; COMMIT");
  await told;
  assert.deepStrictEqual(heard, [['jobs', 'own'], ['jobs', 'first'], ['jobs', '']]);
  await sender.end();
  await client.end();

  const pool = new Pool({ connectionString, max: 5 });
  const squares = await Promise.all([...Array(40).keys()].map((n) => pool.query('SELECT $1::int * $1::int AS s', [n])));
  assert.deepStrictEqual(squares.map((r) => r.rows[0].s), [...Array(40).keys()].map((n) => n * n));
  await pool.end();
}

main(process.argv[2]).then(() => console.log('done'), (error) => { console.error(error); process.exit(1); });
