// What a laboratory's Node program does with basic-ftp: it brings a folder, lists and fetches it, goes on with one
// file, renames and removes one. An error, with the server's reply, ends it early.
//
// Arguments: explicit|implicit VERSION PORT USER PASSWORD AUTHORITY.pem UP DOWN REMOTE
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { Readable } = require("node:stream");
const ftp = require("basic-ftp");

const TIMEOUT_MILLISECONDS = 20_000;
const [kind, version, port, user, password, authority, up, down, remote] = process.argv.slice(2);

async function transfer(client) {
    await client.access({
        host: "127.0.0.1",
        port: Number(port),
        user,
        password,
        secure: kind === "implicit" ? "implicit" : true,
        secureOptions: { ca: fs.readFileSync(authority), minVersion: version, maxVersion: version },
    });
    await client.uploadFromDir(up, remote);
    await client.downloadToDir(down, remote);
    const sent = fs.readdirSync(up);
    const listed = await client.list(remote);
    assert.deepEqual(listed.map((entry) => entry.name).sort(), sent.sort());
    for (const entry of listed) {
        assert.equal(entry.size, fs.statSync(path.join(up, entry.name)).size);
    }

    const file = `${remote}/resumed`;
    await client.uploadFrom(Readable.from([Buffer.alloc(1000, "r")]), file);
    await client.appendFrom(Readable.from([Buffer.alloc(500, "s")]), file);
    assert.equal(await client.size(file), 1500);
    assert.ok(Math.abs((await client.lastMod(file)) - Date.now()) < 60_000);
    const part = path.join(down, "resumed");
    fs.writeFileSync(part, Buffer.alloc(1000, "r"));
    await client.downloadTo(fs.createWriteStream(part, { flags: "a" }), file, 1000);
    assert.deepEqual(fs.readFileSync(part), Buffer.concat([Buffer.alloc(1000, "r"), Buffer.alloc(500, "s")]));
    fs.unlinkSync(part);
    await client.rename(file, `${remote}/renamed`);
    await client.remove(`${remote}/renamed`);
    await client.send("NOOP");
}

const client = new ftp.Client(TIMEOUT_MILLISECONDS);
transfer(client)
    .catch((failure) => {
        console.error(failure);
        process.exitCode = 1;
    })
    .finally(() => client.close());
