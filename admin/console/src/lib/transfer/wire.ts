// S3's own requests under the session's token: bodies, and uploads in parts.
import { objects } from '../api/calls';
import { address, bearer, endSession, refresh, send, type Params } from '../api/client';
import { readError, Unreachable } from '../api/error';
import { isAddressable, objectPath } from './address';
import { lateStatus, type DonePart } from './plan';

/** What begins is waited for so long, and asked for again. */
const BEGIN_MS = 60_000;

export interface Target {
  bucket: string;
  key: string;
}

const at = ({ bucket, key }: Target, query: Params = {}) => address(objectPath(bucket, key), query);

/** Sends bytes, telling how many are out. Resolves to the ETag. Fetch tells nothing while it sends. */
export async function put(
  to: Target,
  query: Params,
  body: Blob,
  headers: Record<string, string>,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<string> {
  try {
    return await putOnce(at(to, query), body, headers, signal, progress);
  } catch (error) {
    const over = error instanceof Error && 'status' in error && error.status === 401;
    if (!over) throw error;
    if (!(await refresh())) {
      // Of all that waits, nothing need try it for itself.
      if (!signal.aborted) endSession();
      throw error;
    }
    progress(0);
    return putOnce(at(to, query), body, headers, signal, progress);
  }
}

function putOnce(url: string, body: Blob, headers: Record<string, string>, signal: AbortSignal, progress: (bytes: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    signal.addEventListener('abort', stop, { once: true });
    request.open('PUT', url);
    request.setRequestHeader('authorization', bearer());
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onloadend = () => signal.removeEventListener('abort', stop);
    request.onerror = () => reject(new Unreachable());
    request.onabort = () => reject(signal.reason);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.getResponseHeader('etag') ?? '');
      else reject(readError(request.status, request.responseText, new Headers({ 'retry-after': request.getResponseHeader('retry-after') ?? '' })));
    };
    request.send(body);
  });
}

const xml = (text: string) => new DOMParser().parseFromString(text, 'application/xml');
const textOf = (node: Document | Element, name: string) => node.getElementsByTagName(name)[0]?.textContent ?? '';

export async function beginUpload(to: Target, type: string): Promise<string> {
  const signal = AbortSignal.timeout(BEGIN_MS);
  const response = await send(at(to, { uploads: '' }), { method: 'POST', headers: { 'content-type': type }, signal });
  const id = textOf(xml(await response.text()), 'UploadId');
  if (!id) throw readError(response.status, '', response.headers);
  return id;
}

/** The parts that have arrived, as the server has them. */
export async function arrivedParts(to: Target, uploadId: string, signal: AbortSignal): Promise<DonePart[]> {
  const done: DonePart[] = [];
  let marker: string | undefined;
  do {
    const query = { uploadId, 'max-parts': 1000, 'part-number-marker': marker };
    const answer = xml(await (await send(at(to, query), { signal })).text());
    for (const part of answer.getElementsByTagName('Part')) {
      done.push({ number: Number(textOf(part, 'PartNumber')), etag: textOf(part, 'ETag'), size: Number(textOf(part, 'Size')) });
    }
    marker = textOf(answer, 'IsTruncated') === 'true' ? textOf(answer, 'NextPartNumberMarker') : undefined;
  } while (marker);
  return done;
}

export async function finishUpload(to: Target, uploadId: string, done: readonly DonePart[], headers: Record<string, string>, signal: AbortSignal): Promise<void> {
  const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const list = [...done]
    .sort((a, b) => a.number - b.number)
    .map((part) => `<Part><PartNumber>${part.number}</PartNumber><ETag>${escaped(part.etag)}</ETag></Part>`);
  const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list.join('')}</CompleteMultipartUpload>`;
  const response = await send(at(to, { uploadId }), { method: 'POST', body, headers: { ...headers, 'content-type': 'application/xml' }, signal });
  // S3 may say 200 before it knows, and the error only then.
  const text = await response.text();
  if (/<Error>/.test(text)) throw readError(lateStatus(text), text, response.headers);
}

export async function abortUpload(to: Target, uploadId: string): Promise<void> {
  await send(at(to, { uploadId }), { method: 'DELETE' });
}

/** The bytes of an object, or of its beginning. What no address can name is read by a link. */
export async function read(of: Target, version: string | undefined, range: string | undefined, signal: AbortSignal): Promise<Blob> {
  const headers: Record<string, string> = range ? { range } : {};
  const url = isAddressable(of.key) ? at(of, { versionId: version }) : (await objects.download(of.bucket, { key: of.key, ...(version ? { version } : {}) })).url;
  const response = await send(url, { headers, signal });
  return response.blob();
}
