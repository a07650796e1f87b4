// plainjob, a queue on better-sqlite3, forced to synchronous=FULL (it sets NORMAL itself); without plainjob, bare
// INSERTs of better-sqlite3. Takes the time inside its own process. Commands come over a Unix socket:
//   send FIRST COUNT -> SECONDS MICROSECONDS...      held -> NUMBER...
// node npm_queue.mjs NODE_MODULES DATA_FOLDER SOCKET | --describe
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";

const [modules, folder, socket] = process.argv.slice(2);
const require = createRequire(join(modules, "index.js"));
const version = (name) => require(join(modules, name, "package.json")).version;
const Database = require(join(modules, "better-sqlite3"));
const plainjob = join(modules, "plainjob", "dist", "plainjob.js");

async function open() {
  const database = new Database(join(folder, "queue.db"));
  let add, table;
  if (existsSync(plainjob)) {
    const { better, defineQueue } = await import(plainjob);
    const quiet = { error() {}, warn() {}, info() {}, debug() {} };
    const queue = defineQueue({ connection: better(database), logger: quiet });
    add = (data) => queue.add("message", data);
    table = "SELECT data FROM plainjob_jobs";
  } else {
    database.pragma("journal_mode = WAL");
    database.exec("CREATE TABLE IF NOT EXISTS job(id INTEGER PRIMARY KEY, data TEXT)");
    const insert = database.prepare("INSERT INTO job(data) VALUES(?)");
    add = (data) => insert.run(data);
    table = "SELECT data FROM job";
  }
  database.pragma("synchronous = FULL");
  if (database.pragma("synchronous", { simple: true }) !== 2) throw new Error("not synchronous=FULL");
  return { add, all: () => database.prepare(table).all().map((row) => row.data) };
}

const message = (number) => `message ${number} `.padEnd(1024, "x");

function send(queue, first, count) {
  const times = [];
  const begin = process.hrtime.bigint();
  for (let number = first; number < first + count; ++number) {
    const body = message(number);
    const handedOver = process.hrtime.bigint();
    queue.add(body);
    times.push(Number(process.hrtime.bigint() - handedOver) / 1000);
  }
  return [Number(process.hrtime.bigint() - begin) / 1e9, ...times].join(" ");
}

if (folder === "--describe") {
  const what = existsSync(plainjob) ? `plainjob ${version("plainjob")} on ` : "bare INSERT of ";
  process.stdout.write(`${what}better-sqlite3 ${version("better-sqlite3")} (npm), synchronous=FULL\n`);
} else {
  const queue = await open();
  createServer((connection) => {
    let waiting = "";
    connection.on("error", () => process.exit(0));
    connection.on("data", (bytes) => {
      waiting += bytes;
      for (let end; (end = waiting.indexOf("\r\n")) >= 0; waiting = waiting.slice(end + 2)) {
        const [verb, first, count] = waiting.slice(0, end).split(" ");
        const answer = verb === "send" ? send(queue, Number(first), Number(count))
                                       : queue.all().map((data) => data.split(" ")[1].replaceAll('"', "")).join(" ");
        connection.write(answer + "\r\n");
      }
    });
  }).listen(socket);
}
