// Amazon's client for JavaScript, in Node.
"use strict";

const crypto = require("node:crypto");
const { Readable } = require("node:stream");
const {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  paginateListObjectsV2,
} = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const { createPresignedPost } = require("@aws-sdk/s3-presigned-post");
const { ENDPOINT, KEYS, assert, check, client, main, newBucket, refused } = require("./checks.js");

const s3 = client();
const MIB = 1 << 20;

const put = (Bucket, Key, Body, more = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

async function got(Bucket, Key, more = {}) {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from(await answer.Body.transformToByteArray());
}

async function keysOf(Bucket, more = {}) {
  const found = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, ...more })) {
    found.push(...(page.Contents ?? []).map(({ Key }) => Key));
  }
  return found;
}

const inOrder = (keys) => [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

check("bodies_of_any_size_and_metadata_come_back", async () => {
  const bucket = await newBucket(s3);
  for (const size of [0, 1, 100_000, 6 * MIB]) {
    const body = crypto.randomBytes(size);
    await put(bucket, "a key ü", body, { ContentType: "a/b", Metadata: { colour: "green" } });
    assert.ok((await got(bucket, "a key ü", { ChecksumMode: "ENABLED" })).equals(body), `${size}`);
  }
  const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "a key ü" }));
  assert.deepEqual([head.ContentType, head.Metadata], ["a/b", { colour: "green" }]);
  const range = await got(bucket, "a key ü", { Range: "bytes=-10" });
  assert.equal(range.length, 10);
});

check("streams_are_sent_in_chunks_with_a_trailer", async () => {
  const bucket = await newBucket(s3);
  const body = crypto.randomBytes(300_000);
  const chunks = [body.subarray(0, 100_000), body.subarray(100_000)];
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]) {
    const stream = { ContentLength: body.length, ChecksumAlgorithm };
    const sent = await put(bucket, "key", Readable.from(chunks), stream);
    assert.ok(sent[`Checksum${ChecksumAlgorithm}`], ChecksumAlgorithm);
    assert.ok((await got(bucket, "key", { ChecksumMode: "ENABLED" })).equals(body));
  }
});

check("hostile_keys_exist_beside_each_other", async () => {
  const bucket = await newBucket(s3);
  for (const key of KEYS) {
    await put(bucket, key, key);
  }
  for (const key of KEYS) {
    assert.equal((await got(bucket, key)).toString(), key);
  }
  // XML cannot hold the others as they are, and this client does not ask for another encoding.
  const encoded = await keysOf(bucket, { EncodingType: "url" });
  assert.deepEqual(encoded.map((key) => decodeURIComponent(key.replaceAll("+", " "))), inOrder(KEYS));
  const Objects = KEYS.map((Key) => ({ Key }));
  const done = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  assert.equal(done.Errors, undefined);
  assert.deepEqual(await keysOf(bucket), []);
});

check("thousands_of_keys_are_listed", async () => {
  const bucket = await newBucket(s3);
  const keys = Array.from({ length: 1200 }, (_, n) => `key +%${String(n).padStart(4, "0")}`);
  for (let start = 0; start < keys.length; start += 50) {
    await Promise.all(keys.slice(start, start + 50).map((key) => put(bucket, key, key)));
  }
  assert.deepEqual(await keysOf(bucket), keys);
  assert.deepEqual(await keysOf(bucket, { StartAfter: keys[1100] }), keys.slice(1101));
});

check("an_upload_in_parts_goes_on_where_it_stopped", async () => {
  const bucket = await newBucket(s3);
  const body = crypto.randomBytes(12 * MIB);
  const at = { Bucket: bucket, Key: "a key" };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
  const part = (PartNumber, from, to) =>
    s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body: body.subarray(from, to) }));
  await part(1, 0, 5 * MIB);
  const { Parts } = await s3.send(new ListPartsCommand({ ...at, UploadId }));
  const second = await part(2, 5 * MIB, 12 * MIB);
  const all = [
    { PartNumber: 1, ETag: Parts[0].ETag, ChecksumCRC32: Parts[0].ChecksumCRC32 },
    { PartNumber: 2, ETag: second.ETag, ChecksumCRC32: second.ChecksumCRC32 },
  ];
  const complete = { ...at, UploadId, MultipartUpload: { Parts: all } };
  await s3.send(new CompleteMultipartUploadCommand(complete));
  assert.ok((await got(bucket, "a key")).equals(body));
});

check("the_upload_helper_sends_a_stream_of_unknown_length", async () => {
  const bucket = await newBucket(s3);
  const pieces = Array.from({ length: 11 }, () => crypto.randomBytes(MIB));
  const params = { Bucket: bucket, Key: "stream ü", Body: Readable.from(pieces) };
  await new Upload({ client: s3, params, partSize: 5 * MIB }).done();
  assert.ok((await got(bucket, "stream ü")).equals(Buffer.concat(pieces)));
  const asked = { Bucket: bucket, Key: "stream ü", ObjectAttributes: ["ObjectParts", "ETag"] };
  const told = await s3.send(new GetObjectAttributesCommand(asked));
  assert.equal(told.ObjectParts.TotalPartsCount, 3);
});

check("objects_and_parts_are_copied", async () => {
  const bucket = await newBucket(s3);
  const body = crypto.randomBytes(6 * MIB);
  await put(bucket, "a ü", body, { Metadata: { m: "1" } });
  const CopySource = `${bucket}/${encodeURIComponent("a ü")}`;
  await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: "copy", CopySource }));
  assert.ok((await got(bucket, "copy")).equals(body));
  const at = { Bucket: bucket, Key: "of parts" };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
  const range = { CopySource, CopySourceRange: `bytes=1-${5 * MIB}` };
  const copy = new UploadPartCopyCommand({ ...at, UploadId, PartNumber: 1, ...range });
  const { CopyPartResult } = await s3.send(copy);
  const Parts = [{ PartNumber: 1, ETag: CopyPartResult.ETag }];
  const complete = { ...at, UploadId, MultipartUpload: { Parts } };
  await s3.send(new CompleteMultipartUploadCommand(complete));
  assert.ok((await got(bucket, "of parts")).equals(body.subarray(1, 5 * MIB + 1)));
});

check("conditions_hold", async () => {
  const bucket = await newBucket(s3);
  const { ETag } = await put(bucket, "key", "one", { IfNoneMatch: "*" });
  await refused("PreconditionFailed", 412, put(bucket, "key", "two", { IfNoneMatch: "*" }));
  await put(bucket, "key", "two", { IfMatch: ETag });
  await refused("PreconditionFailed", 412, put(bucket, "key", "three", { IfMatch: ETag }));
  await refused("PreconditionFailed", 412, got(bucket, "key", { IfMatch: ETag }));
  await refused("NoSuchKey", 404, got(bucket, "none"));
});

check("links_and_forms_are_signed", async () => {
  const bucket = await newBucket(s3);
  const at = { Bucket: bucket, Key: "a key +%ü" };
  const send = await getSignedUrl(s3, new PutObjectCommand(at), { expiresIn: 60 });
  assert.equal((await fetch(send, { method: "PUT", body: "linked" })).status, 200);
  const read = await getSignedUrl(s3, new GetObjectCommand(at), { expiresIn: 60 });
  assert.equal(await (await fetch(read)).text(), "linked");
  const Conditions = [["content-length-range", 1, 10]];
  const post = await createPresignedPost(s3, { Bucket: bucket, Key: "in/${filename}", Conditions });
  assert.ok(post.url.startsWith(ENDPOINT), post.url);
  const form = new FormData();
  Object.entries(post.fields).forEach(([name, value]) => form.set(name, value));
  form.set("file", new Blob(["posted"]), "form ü");
  assert.equal((await fetch(post.url, { method: "POST", body: form })).status, 204);
  assert.equal((await got(bucket, "in/form ü")).toString(), "posted");
});

check("a_link_brings_its_headers_along", async () => {
  const bucket = await newBucket(s3);
  const at = { Bucket: bucket, Key: "key" };
  const given = { Metadata: { colour: "grün" }, Tagging: "a=b", StorageClass: "STANDARD_IA" };
  const write = new PutObjectCommand({ ...at, ...given });
  const link = await getSignedUrl(s3, write, { expiresIn: 60 });
  assert.ok(link.includes("&x-amz-meta-colour="), link);
  const answer = await fetch(link, { method: "PUT", body: "linked" });
  assert.equal(answer.status, 200, await answer.text());
  const found = await s3.send(new GetObjectCommand(at));
  assert.deepEqual([found.StorageClass, found.TagCount], ["STANDARD_IA", 1]);
  assert.equal(found.Metadata.colour, "=?UTF-8?Q?gr=C3=BCn?=");
  const forged = await fetch(link.replace("gr%C3%BCn", "rot"), { method: "PUT", body: "forged" });
  assert.equal(forged.status, 403);
});

check("versions_are_kept", async () => {
  const bucket = await newBucket(s3);
  const VersioningConfiguration = { Status: "Enabled" };
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  const { VersionId } = await put(bucket, "key", "one");
  await put(bucket, "key", "two");
  assert.equal((await got(bucket, "key", { VersionId })).toString(), "one");
});

main("@aws-sdk/client-s3", require("@aws-sdk/client-s3/package.json").version, "npm");
