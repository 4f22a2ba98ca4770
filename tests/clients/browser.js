// A browser: a page of another origin that uses the store by rules for cross-origin requests, and a
// form that a person fills in and sends.
"use strict";

const { execFileSync } = require("node:child_process");
const crypto = require("node:crypto");
const http = require("node:http");
const {
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} = require("@aws-sdk/client-s3");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const { createPresignedPost } = require("@aws-sdk/s3-presigned-post");
const { chromium } = require("playwright-core");
const { ENDPOINT, KEYS, assert, check, client, main, newBucket } = require("./checks.js");

const s3 = client();
const MIB = 1 << 20;
let browser;

/** Serves one page of HTML from a port of its own, which makes it another origin. */
async function openPage(html) {
  const server = http.createServer((_, answer) => {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(html);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const page = await browser.newPage();
  await page.goto(origin);
  const close = async () => {
    await page.close();
    server.close();
  };
  return { page, origin, close };
}

async function got(Bucket, Key) {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from(await answer.Body.transformToByteArray());
}

const allow = (Bucket, rule) =>
  s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));

/** In the page: what came of a request, or the name of the error that the browser made of it. */
const fetchIn = (page, url, settings = {}) =>
  page.evaluate(
    async ([url, settings]) => {
      try {
        const answer = await fetch(url, settings);
        const headers = Object.fromEntries(answer.headers);
        return { status: answer.status, headers, text: await answer.text() };
      } catch (error) {
        return { error: error.name };
      }
    },
    [url, settings],
  );

check("a_page_of_another_origin_reads_and_writes_where_rules_allow_it", async () => {
  const bucket = await newBucket(s3);
  const { page, origin, close } = await openPage("<p>a page</p>");
  await allow(bucket, {
    AllowedOrigins: [origin],
    AllowedMethods: ["GET", "PUT"],
    AllowedHeaders: ["content-type", "x-amz-meta-*"],
    ExposeHeaders: ["ETag", "x-amz-meta-colour"],
    MaxAgeSeconds: 60,
  });
  const at = { Bucket: bucket, Key: "a key +ü" };
  const write = new PutObjectCommand({ ...at, ContentType: "text/x-test" });
  const unhoistableHeaders = new Set(["x-amz-meta-colour"]);
  write.input.Metadata = { colour: "green" };
  const url = await getSignedUrl(s3, write, { expiresIn: 60, unhoistableHeaders });
  const headers = { "content-type": "text/x-test", "x-amz-meta-colour": "green" };
  const sent = await fetchIn(page, url, { method: "PUT", body: "written by a page", headers });
  assert.equal(sent.status, 200, JSON.stringify(sent));
  assert.ok(sent.headers.etag, "what the rules expose can be read");
  const link = await getSignedUrl(s3, new GetObjectCommand(at), { expiresIn: 60 });
  const read = await fetchIn(page, link);
  assert.deepEqual([read.status, read.text], [200, "written by a page"]);
  assert.equal(read.headers["x-amz-meta-colour"], "green");
  assert.equal(read.headers["x-amz-request-id"], undefined, "not exposed");
  await close();
});

check("what_rules_do_not_allow_the_browser_keeps_from_the_page", async () => {
  const bucket = await newBucket(s3);
  const { page, origin, close } = await openPage("<p>a page</p>");
  const at = { Bucket: bucket, Key: "key" };
  await s3.send(new PutObjectCommand({ ...at, Body: "secret" }));
  const link = await getSignedUrl(s3, new GetObjectCommand(at), { expiresIn: 60 });
  const write = await getSignedUrl(s3, new PutObjectCommand(at), { expiresIn: 60 });
  assert.deepEqual(await fetchIn(page, link), { error: "TypeError" }, "no rules at all");
  await allow(bucket, { AllowedOrigins: ["https://elsewhere.example"], AllowedMethods: ["GET"] });
  assert.deepEqual(await fetchIn(page, link), { error: "TypeError" }, "another origin");
  await allow(bucket, { AllowedOrigins: [origin], AllowedMethods: ["GET"] });
  assert.equal((await fetchIn(page, link)).text, "secret");
  const put = { method: "PUT", body: "overwritten" };
  assert.deepEqual(await fetchIn(page, write, put), { error: "TypeError" }, "another method");
  assert.equal((await got(bucket, "key")).toString(), "secret");
  await close();
});

check("errors_can_be_read_by_the_page_too", async () => {
  const bucket = await newBucket(s3);
  const { page, close } = await openPage("<p>a page</p>");
  await allow(bucket, { AllowedOrigins: ["*"], AllowedMethods: ["GET"] });
  const missing = await fetchIn(page, `${ENDPOINT}/${bucket}/none`);
  assert.equal(missing.status, 403, JSON.stringify(missing));
  assert.match(missing.text, /<Code>AccessDenied<\/Code>/);
  await close();
});

check("a_form_is_filled_in_and_sent", async () => {
  const bucket = await newBucket(s3);
  const Conditions = [
    ["content-length-range", 1, 3 * MIB],
    ["starts-with", "$Content-Type", ""],
  ];
  const Fields = { success_action_redirect: `${ENDPOINT}/welcome`, "x-amz-meta-from": "a form" };
  const key = { Bucket: bucket, Key: "in/${filename}", Conditions, Fields };
  const post = await createPresignedPost(s3, key);
  const inputs = Object.entries(post.fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
  );
  const { page, close } = await openPage(
    `<form action="${post.url}" method="post" enctype="multipart/form-data">${inputs.join("")}
     <input name="Content-Type" value=""><input type="file" name="file"><button>Send</button></form>`,
  );
  const body = crypto.randomBytes(2 * MIB);
  await page.fill("input[name=Content-Type]", "image/x-test");
  const file = { name: "a picture ü + %.bin", mimeType: "image/x-test", buffer: body };
  await page.setInputFiles("input[type=file]", file);
  const [request] = await Promise.all([
    page.waitForRequest((request) => request.url().startsWith(`${ENDPOINT}/welcome`)),
    page.click("button"),
  ]);
  const told = new URL(request.url()).searchParams;
  assert.deepEqual([told.get("bucket"), told.get("key")], [bucket, "in/a picture ü + %.bin"]);
  assert.ok((await got(bucket, "in/a picture ü + %.bin")).equals(body));
  const at = { Bucket: bucket, Key: "in/a picture ü + %.bin" };
  const head = await s3.send(new HeadObjectCommand(at));
  assert.deepEqual([head.ContentType, head.Metadata], ["image/x-test", { from: "a form" }]);
  await close();
});

check("a_form_that_breaks_its_policy_is_refused", async () => {
  const bucket = await newBucket(s3);
  const Conditions = [["content-length-range", 1, 10]];
  const post = await createPresignedPost(s3, { Bucket: bucket, Key: "key", Conditions });
  const inputs = Object.entries(post.fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
  );
  const { page, close } = await openPage(
    `<form action="${post.url}" method="post" enctype="multipart/form-data">${inputs.join("")}
     <input type="file" name="file"><button>Send</button></form>`,
  );
  const file = { name: "large", mimeType: "text/plain", buffer: Buffer.alloc(3 * MIB) };
  await page.setInputFiles("input[type=file]", file);
  const [answer] = await Promise.all([
    page.waitForResponse((answer) => answer.request().method() === "POST"),
    page.click("button"),
  ]);
  assert.equal(answer.status(), 400);
  assert.match(await page.content(), /EntityTooLarge/);
  await close();
});

check("links_to_hostile_keys_are_followed", async () => {
  const bucket = await newBucket(s3);
  // A browser resolves parts that are dots before it asks.
  const keys = KEYS.filter((key) => !key.split("/").some((part) => [".", ".."].includes(part)));
  const links = [];
  for (const Key of keys) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key, ContentType: "text/plain" }));
    links.push(await getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key })));
  }
  await allow(bucket, { AllowedOrigins: ["*"], AllowedMethods: ["GET"] });
  const { page, close } = await openPage("<p>a page</p>");
  for (const [number, link] of links.entries()) {
    assert.equal((await fetchIn(page, link)).text, keys[number]);
  }
  await close();
});

(async () => {
  browser = await chromium.launch({
    executablePath: execFileSync("which", ["chromium-headless-shell"], { encoding: "utf8" }).trim(),
    // Chromium will not sandbox itself as root, which is who runs this in many containers.
    chromiumSandbox: false,
  });
  await main("Chromium", browser.version(), "Debian");
})();
