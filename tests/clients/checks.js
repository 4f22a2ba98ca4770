// What the scripts for Node share: where the server is, and a runner of checks.
"use strict";

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const { S3Client, CreateBucketCommand } = require("@aws-sdk/client-s3");

// As long as keys may be, beside those that are taken for paths, for URLs or for XML.
const KEYS = [...require("./hostile.json"), "x".repeat(1024), "ü".repeat(512)];
const ENDPOINT = process.env.CAIRN_ENDPOINT;
const checks = [];

/** Adds a check; `main` runs them in the order of the file. */
function check(name, run) {
  checks.push({ name, run });
}

/** A client as an application has it, but without retries, which would hide failures. */
function client(settings = {}) {
  return new S3Client({
    endpoint: ENDPOINT,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    ...settings,
  });
}

async function newBucket(s3) {
  const Bucket = `check-${crypto.randomBytes(10).toString("hex")}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

/** The call must be refused with exactly this code and status. */
async function refused(code, status, call) {
  const error = await call.then(
    () => assert.fail("was not refused"),
    (error) => error,
  );
  assert.deepEqual([error.name, error.$metadata?.httpStatusCode], [code, status], String(error));
}

/** Tells which client this is, runs all checks and ends the process. */
async function main(name, version, source) {
  console.log(`client  ${name}  ${version}  ${source}`);
  let failed = 0;
  for (const { name, run } of checks) {
    const began = performance.now();
    try {
      await run();
      const seconds = (performance.now() - began) / 1000;
      console.log(`ok      ${name}  ${seconds.toFixed(1)} s`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${error.stack ?? error}`);
    }
  }
  console.log(`${checks.length - failed} of ${checks.length} checks passed`);
  process.exit(failed > 0 || checks.length === 0 ? 1 : 0);
}

module.exports = { ENDPOINT, KEYS, assert, check, client, main, newBucket, refused };
