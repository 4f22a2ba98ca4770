// What is played: larger than anything the console would load whole, asked for in ranges by the browser's
// own player, through a link that is worth nothing by itself.
"use strict";

const fs = require("node:fs");
const { CONSOLE, NARROW, assert, check, visitor, member, routed, go, accessible, picture, api, unique, main } = require("./browser.js");

const MIB = 1 << 20;
const RATE = 48_000;
const SECOND = RATE * 4;

/** Sound of so many seconds, two channels of 16 bits: a tone that gets higher. */
function wave(seconds) {
  const data = Buffer.alloc(seconds * SECOND);
  for (let at = 0; at < data.length; at += 4) {
    const sample = Math.round(8000 * Math.sin((at / 4) ** 1.05 / 40));
    data.writeInt16LE(sample, at);
    data.writeInt16LE(sample, at + 2);
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(SECOND, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

/** A film of a moment, recorded by the browser, and then much that a player passes over (EBML's Void). */
async function film(page, padding) {
  const recorded = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    canvas.width = 320;
    canvas.height = 180;
    const brush = canvas.getContext("2d");
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm;codecs=vp8" });
    const pieces = [];
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.start();
    for (let at = 0; at < 40; at += 1) {
      brush.fillStyle = `hsl(${at * 9} 80% 50%)`;
      brush.fillRect(0, 0, 320, 180);
      await new Promise((next) => setTimeout(next, 40));
    }
    await new Promise((next) => {
      recorder.onstop = next;
      recorder.stop();
    });
    return [...new Uint8Array(await new Blob(pieces).arrayBuffer())];
  });
  assert.ok(recorded.length > 1000, "the browser recorded something");
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE((1n << 56n) | BigInt(padding));
  return Buffer.concat([Buffer.from(recorded), Buffer.from([0xec]), length, Buffer.alloc(padding)]);
}

/** The ranges that were asked for, and how they were answered. */
function watched(page) {
  const asked = [];
  page.on("response", (answer) => {
    const request = answer.request();
    if (!/\/api\/v1\/preview\//.test(request.url())) return;
    const [range, status, size] = [request.headers().range, answer.status(), answer.headers()["content-range"]];
    asked.push({ from: Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? -1), status, size, token: request.headers().authorization });
  });
  return asked;
}

const state = (page, tag) => page.evaluate((tag) => {
  const media = document.querySelector(`dialog ${tag}`);
  if (!media) return undefined;
  const { currentTime: at, duration, readyState: ready, seeking, paused, videoWidth: width = 0 } = media;
  return { at, duration, ready, seeking, paused, width, problem: media.error?.message ?? "" };
}, tag);

/** Waits for the player, without a script in the page that its policy would not have. */
async function until(page, tag, test) {
  const end = performance.now() + 30_000;
  for (;;) {
    const now = await state(page, tag);
    if (now && test(now)) return;
    assert.ok(performance.now() < end, `not reached: ${test} with ${JSON.stringify(now)}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}

check("sound_larger_than_memory_wants_to_hold_plays_and_is_gone_through", async () => {
  const { call, put } = await api();
  const name = unique("media");
  await call("POST", "buckets", { name });
  const sound = wave(360);
  assert.ok(sound.length > 65 * MIB);
  await put(name, "long.wav", sound, { "content-type": "audio/wav" });
  const { page, close } = await routed({ expected: [[404, /\/api\/v1\/preview\//]] });
  const asked = watched(page);
  await go(page, `/bucket?name=${name}&key=long.wav`);
  await until(page, "audio", (media) => media.ready >= 1);
  const { duration } = await state(page, "audio");
  assert.ok(Math.abs(duration - 360) < 0.1, `${duration}`);
  await accessible(page, "media-audio-wide");

  await page.evaluate(() => document.querySelector("dialog audio").play());
  await until(page, "audio", (media) => media.at > 0.3 && !media.paused);
  await page.evaluate(() => (document.querySelector("dialog audio").currentTime = 300));
  await until(page, "audio", (media) => !media.seeking && media.at > 300.2);
  assert.ok(asked.every(({ status, size, token }) => status === 206 && size.endsWith(`/${sound.length}`) && !token), JSON.stringify(asked));
  assert.ok(asked.some(({ from }) => from === 0) && asked.some(({ from }) => from > 290 * SECOND), JSON.stringify(asked));

  // Looked at again, the object is the same: it plays on where it was.
  const looked = page.waitForResponse(/\/object\?key=long\.wav/);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await looked;
  assert.ok((await state(page, "audio")).at > 300);

  // A link that has expired in a long pause is made anew, and one goes on where one was.
  await page.evaluate(() => document.querySelector("dialog audio").pause());
  let expired = true;
  await page.route(/\/api\/v1\/preview\//, (route) => (expired ? route.fulfill({ status: 404, body: "" }) : route.continue()));
  const again = page.waitForRequest((request) => request.method() === "POST" && /\/preview$/.test(request.url())).then(() => (expired = false));
  await page.evaluate(() => (document.querySelector("dialog audio").currentTime = 120));
  await again;
  await until(page, "audio", (media) => media.ready >= 2 && Math.abs(media.at - 120) < 1);
  assert.equal((await state(page, "audio")).problem, "");
  await close();
});

check("a_large_film_is_shown", async () => {
  const { call, put } = await api();
  const name = unique("media");
  await call("POST", "buckets", { name });
  const { page, close } = await member();
  const bytes = await film(page, 70 * MIB);
  await put(name, "clip.webm", bytes, { "content-type": "video/webm" });
  const asked = watched(page);
  await go(page, `/bucket?name=${name}&key=clip.webm`);
  await until(page, "video", (media) => media.ready >= 2 && media.width === 320);
  await page.evaluate(() => document.querySelector("dialog video").play());
  await until(page, "video", (media) => media.at > 0.5);
  await page.evaluate(() => document.querySelector("dialog video").pause());
  await accessible(page, "media-video-wide");
  await page.setViewportSize(NARROW);
  await accessible(page, "media-video-narrow");
  assert.ok(asked.length > 0 && asked.every(({ status }) => status === 206), JSON.stringify(asked));
  await close();
});

check("a_page_that_says_it_is_a_film_is_none_and_runs_nothing", async () => {
  const { call, put } = await api();
  const name = unique("media");
  await call("POST", "buckets", { name });
  await put(name, "film.mp4", `<!doctype html><title>ran</title><script>alert("ran")</script>`, { "content-type": "video/mp4" });
  const { page, context, close, wrong } = await member({ locale: "de-DE" });
  const link = page.waitForResponse((answer) => /\/preview$/.test(answer.url()) && answer.ok());
  await go(page, `/bucket?name=${name}&key=film.mp4`);
  const { url } = await (await link).json();
  await page.waitForSelector("dialog h2:text-is('Dieser Browser kann das nicht abspielen')");
  await accessible(page, "media-unplayable-wide");
  await page.setViewportSize(NARROW);
  await accessible(page, "media-unplayable-narrow");
  // Opened by itself it is no page either; and nobody else's browser gets anything by the address.
  const opened = await context.newPage();
  await opened.goto(CONSOLE + url).catch(() => undefined);
  assert.notEqual(await opened.title(), "ran");
  await opened.close();
  // The browser says what it kept from running.
  const kept = wrong.splice(0).filter((line) => !/sandboxed|"default-src 'none'"/.test(line));
  assert.deepEqual(kept, []);
  const answer = await context.request.get(CONSOLE + url);
  assert.deepEqual([answer.status(), answer.headers()["content-type"], answer.headers()["x-content-type-options"]], [200, "video/mp4", "nosniff"]);
  const elsewhere = await visitor({ expected: [[404, /\/preview\//]] });
  assert.equal((await elsewhere.page.goto(CONSOLE + url)).status(), 404);
  await elsewhere.close();
  await close();
});

/** A document of one page that says something. */
function document(text) {
  const stream = `BT /F1 24 Tf 50 60 Td (${text}) Tj ET`;
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 144]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
  ];
  let made = "%PDF-1.4\n";
  const places = objects.map((object, at) => {
    const place = made.length;
    made += `${at + 1} 0 obj${object}endobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const end = made.length;
  return `${made}xref\n0 5\n0000000000 65535 f \n${places.join("")}trailer<</Size 5/Root 1 0 R>>\nstartxref\n${end}\n%%EOF`;
}

// The browser of these tests has no viewer. There the frame hands the document on as a download, which is all that
// can be seen of it: the policy has let it in, as the type that it is, with every byte. In one that has a
// viewer (CAIRN_TEST_BROWSER=/usr/bin/chromium) it is the viewer itself that is waited for.
check("a_document_gets_into_its_frame_and_is_told_where_nothing_shows_it", async () => {
  const { call, put } = await api();
  const [bucket, text] = [unique("papers"), document("All is well")];
  await call("POST", "buckets", { name: bucket });
  await put(bucket, "letter.pdf", text, { "content-type": "application/pdf" });
  const place = `/bucket?name=${bucket}&key=letter.pdf`;
  const { page, context, close } = await member();
  const hasViewer = await page.evaluate(() => navigator.pdfViewerEnabled);
  let download;
  if (!hasViewer) {
    let saved = 0;
    page.on("download", () => (saved += 1));
    await go(page, place);
    await page.getByText("This browser shows no documents").waitFor();
    assert.equal(await page.locator("iframe").count(), 0);
    await accessible(page, "document-no-viewer");
    assert.equal(saved, 0, "nothing is saved that nobody asked for");
    await context.addInitScript(() => Object.defineProperty(navigator, "pdfViewerEnabled", { get: () => true }));
    download = page.waitForEvent("download");
    await page.reload();
  }
  await go(page, place);
  await page.locator("iframe[title='letter.pdf']").waitFor();
  if (download) {
    const file = await (await download).path();
    assert.equal(fs.readFileSync(file, "utf8"), text);
    assert.match((await download).url(), /^blob:/);
  } else {
    await page.waitForTimeout(2000);
    assert.ok(page.frames().some((frame) => frame.url().startsWith("chrome-extension:")), "the viewer has it");
    await picture(page, "document-shown");
  }
  await close();
});

void main();
