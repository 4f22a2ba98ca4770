// Lifecycle rules as a form has them, and as documents do. A form holds what was typed, finished or not;
// both ways lose nothing of a rule that the server would take.
import type { Json, JsonObject } from './configs';
import type { Key } from './i18n/i18n.svelte';

export const CLASSES = ['STANDARD_IA', 'INTELLIGENT_TIERING', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'] as const;
export type StorageClass = (typeof CLASSES)[number];

/** When objects go. `kept` is what documents can say and what does nothing: markers that stay. */
export type Ending = 'never' | 'days' | 'date' | 'markers' | 'kept';

export interface Move {
  by: 'days' | 'date';
  days: string;
  date: string;
  class: string;
}

export interface OldMove {
  days: string;
  newer: string;
  class: string;
}

export interface RuleForm {
  id: string;
  enabled: boolean;
  /** The prefix stands in the rule itself, as it did before there were filters. */
  older: boolean;
  prefix: string;
  /** An empty prefix is said, too. */
  saysPrefix: boolean;
  tags: { key: string; value: string }[];
  larger: string;
  smaller: string;
  ends: Ending;
  days: string;
  date: string;
  moves: Move[];
  oldDays: string;
  newer: string;
  oldMoves: OldMove[];
  abort: string;
}

export const newRule = (id: string): RuleForm => ({
  id, enabled: true, older: false, prefix: '', saysPrefix: false, tags: [], larger: '', smaller: '',
  ends: 'days', days: '30', date: '', moves: [], oldDays: '', newer: '', oldMoves: [], abort: '',
});

const object = (value: Json | undefined): JsonObject => (value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {});
const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** Documents say midnight in several ways; a form shows the day. */
function dayOf(value: Json | undefined): string {
  const at = new Date(text(value));
  const shown = Number.isNaN(at.getTime()) ? '' : at.toISOString();
  return /T00:00:00\.000Z$/.test(shown) ? shown.slice(0, 10) : '';
}
const midnight = (day: string) => `${day}T00:00:00.000Z`;

export function formOf(rule: JsonObject): RuleForm {
  const filter = object(rule.Filter);
  const and = filter.And === undefined ? filter : object(filter.And);
  const tags = [...list(and.Tags), ...(filter.Tag === undefined ? [] : [object(filter.Tag)])];
  const prefix = rule.Prefix ?? and.Prefix;
  const ends = object(rule.Expiration);
  const old = object(rule.NoncurrentVersionExpiration);
  return {
    id: text(rule.ID),
    enabled: rule.Status === 'Enabled',
    older: rule.Prefix !== undefined,
    prefix: text(prefix),
    saysPrefix: prefix !== undefined,
    tags: tags.map((tag) => ({ key: text(tag.Key), value: text(tag.Value) })),
    larger: text(and.ObjectSizeGreaterThan),
    smaller: text(and.ObjectSizeLessThan),
    ends: ends.Days !== undefined ? 'days' : ends.Date !== undefined ? 'date' : ends.ExpiredObjectDeleteMarker === true ? 'markers' : ends.ExpiredObjectDeleteMarker === false ? 'kept' : 'never',
    days: text(ends.Days),
    date: dayOf(ends.Date),
    moves: list(rule.Transitions).map((move) => ({ by: move.Date === undefined ? 'days' : 'date', days: text(move.Days), date: dayOf(move.Date), class: text(move.StorageClass) })),
    oldDays: text(old.NoncurrentDays),
    newer: text(old.NewerNoncurrentVersions),
    oldMoves: list(rule.NoncurrentVersionTransitions).map((move) => ({ days: text(move.NoncurrentDays), newer: text(move.NewerNoncurrentVersions), class: text(move.StorageClass) })),
    abort: text(object(rule.AbortIncompleteMultipartUpload).DaysAfterInitiation),
  };
}

/** Numbers as numbers; what is none goes as it was typed, and is told of by `problemsOf`. */
const isNumber = (typed: string) => /^\d{1,16}$/.test(typed.trim()) && Number.isSafeInteger(Number(typed));
const number = (typed: string): Json => (isNumber(typed) ? Number(typed) : typed);
/** Fields that have something in them. */
const said = (fields: Record<string, Json | undefined>): JsonObject => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as JsonObject;

function filterOf(form: RuleForm): JsonObject {
  const tags = form.tags.map(({ key, value }) => ({ Key: key, Value: value }));
  const sizes = said({ ObjectSizeGreaterThan: number(form.larger), ObjectSizeLessThan: number(form.smaller) });
  const prefix = form.prefix !== '' || form.saysPrefix ? { Prefix: form.prefix } : {};
  const parts = Object.keys(prefix).length + tags.length + Object.keys(sizes).length;
  if (parts > 1) {
    return { And: { ...prefix, ...(tags.length > 0 ? { Tags: tags } : {}), ...sizes } };
  }
  return { ...prefix, ...(tags[0] ? { Tag: tags[0] } : {}), ...sizes };
}

function expirationOf(form: RuleForm): JsonObject | undefined {
  switch (form.ends) {
    case 'never':
      return undefined;
    case 'days':
      return { Days: number(form.days) };
    case 'date':
      return { Date: form.date && midnight(form.date) };
    case 'markers':
      return { ExpiredObjectDeleteMarker: true };
    case 'kept':
      return { ExpiredObjectDeleteMarker: false };
  }
}

const some = <T>(values: T[]): T[] | undefined => (values.length > 0 ? values : undefined);

export function documentOf(form: RuleForm): JsonObject {
  const old = said({ NoncurrentDays: number(form.oldDays), NewerNoncurrentVersions: number(form.newer) });
  return said({
    ID: form.id,
    Status: form.enabled ? 'Enabled' : 'Disabled',
    ...(form.older ? {} : { Filter: filterOf(form) }),
    Expiration: expirationOf(form),
    Transitions: some(form.moves.map((move) => ({ ...(move.by === 'days' ? { Days: number(move.days) } : { Date: move.date && midnight(move.date) }), StorageClass: move.class }))),
    NoncurrentVersionExpiration: Object.keys(old).length > 0 ? old : undefined,
    NoncurrentVersionTransitions: some(form.oldMoves.map((move) => ({ ...said({ NoncurrentDays: number(move.days), NewerNoncurrentVersions: number(move.newer) }), StorageClass: move.class }))),
    AbortIncompleteMultipartUpload: form.abort === '' ? undefined : { DaysAfterInitiation: number(form.abort) },
    // Empty, too, it is what makes a rule one of the older form.
    ...(form.older ? { Prefix: form.prefix || null } : {}),
  });
}

/** Whether something of a rule needs the newer form, with filters. */
const needsFilter = (form: RuleForm) => form.tags.length > 0 || form.larger !== '' || form.smaller !== '' || form.newer !== '' || form.oldMoves.some((move) => move.newer !== '');

/** All rules of a document: they are of one form, which means the same but for what the older cannot say. */
export function documentsOf(forms: readonly RuleForm[]): JsonObject[] {
  const newer = forms.some((form) => !form.older || needsFilter(form));
  return forms.map((form) => {
    const rule = documentOf(newer ? { ...form, older: false } : form);
    return rule.Prefix === null ? { ...rule, Prefix: '' } : rule;
  });
}

/** The places of a rule that a form does not show, `Expiration.Date`: they would be lost by it. */
export function unshown(rule: JsonObject): string[] {
  const [again] = documentsOf([formOf(rule)]);
  return differences(rule, again ?? {}, '');
}

function differences(was: Json, is: Json | undefined, place: string): string[] {
  if (is === undefined) return [place];
  const inside = (name: string) => (place ? `${place}.${name}` : name);
  if (Array.isArray(was)) {
    return Array.isArray(is) ? was.flatMap((each, at) => differences(each, is[at], inside(String(at + 1)))) : [place];
  }
  if (was !== null && typeof was === 'object') {
    return Object.entries(was).flatMap(([name, value]) => differences(value, object(is)[name], inside(name)));
  }
  const isSame = was === is || (/Date$/.test(place) && typeof is === 'string' && is !== '' && Date.parse(String(was)) === Date.parse(is));
  return isSame ? [] : [place];
}

/** What is wrong with a rule, by the field that it is shown at. */
export type Problems = Partial<Record<'id' | 'tags' | 'sizes' | 'days' | 'date' | 'moves' | 'old' | 'newer' | 'oldMoves' | 'abort' | 'rule', Key>>;

const DAYS_MAX = 2 ** 31 - 1;
const NEWER_MAX = 100;
const RARE_ACCESS_DAYS = 30;
const isDays = (typed: string, from: number) => /^\d{1,10}$/.test(typed.trim()) && Number(typed) >= from && Number(typed) <= DAYS_MAX;
const isSize = (typed: string) => typed === '' || isNumber(typed);
const isNewer = (typed: string) => typed === '' || (isDays(typed, 1) && Number(typed) <= NEWER_MAX);

/** Why the server would refuse it. */
export function problemsOf(form: RuleForm, all: readonly RuleForm[]): Problems {
  const found: Problems = {};
  const narrowed = form.tags.length > 0 || form.larger !== '' || form.smaller !== '';
  if ([...form.id].length > 255) found.id = 'lifecycle.wrong.long_name';
  else if (form.id !== '' && all.filter((each) => each.id === form.id).length > 1) found.id = 'lifecycle.wrong.name';
  if (form.tags.some(({ key, value }) => key === '' || [...key].length > 128 || [...value].length > 256)) found.tags = 'lifecycle.wrong.tag';
  else if (new Set(form.tags.map(({ key }) => key)).size < form.tags.length) found.tags = 'lifecycle.wrong.tag_twice';
  if (!isSize(form.larger) || !isSize(form.smaller)) found.sizes = 'lifecycle.wrong.size';
  else if (form.larger !== '' && form.smaller !== '' && Number(form.larger) >= Number(form.smaller)) found.sizes = 'lifecycle.wrong.sizes';
  if (form.ends === 'days' && !isDays(form.days, 1)) found.days = 'lifecycle.wrong.days';
  if (form.ends === 'date' && !form.date) found.date = 'lifecycle.wrong.date';
  if ((form.ends === 'markers' || form.ends === 'kept') && narrowed) found.rule = 'lifecycle.wrong.markers';
  if (form.abort !== '' && !isDays(form.abort, 1)) found.abort = 'lifecycle.wrong.days';
  else if (form.abort !== '' && narrowed) found.abort = 'lifecycle.wrong.abort';
  if (form.oldDays !== '' ? !isDays(form.oldDays, 1) : form.newer !== '') found.old = 'lifecycle.wrong.days';
  if (!isNewer(form.newer)) found.newer = 'lifecycle.wrong.newer';
  const moves = wrongMoves(form);
  if (moves) found.moves = moves;
  const old = wrongOldMoves(form);
  if (old) found.oldMoves = old;
  const acts = form.ends !== 'never' || form.moves.length > 0 || form.oldDays !== '' || form.newer !== '' || form.oldMoves.length > 0 || form.abort !== '';
  if (!acts) found.rule = 'lifecycle.wrong.nothing';
  return found;
}

interface Step {
  class: string;
  at: number;
}

function wrongMoves(form: RuleForm): Key | undefined {
  const { moves } = form;
  if (moves.some((move) => (move.by === 'days' ? !isDays(move.days, 0) : !move.date))) return 'lifecycle.wrong.move';
  const byDate = moves.map((move) => move.by === 'date');
  if (form.ends === 'days' || form.ends === 'date') byDate.push(form.ends === 'date');
  if (new Set(byDate).size > 1) return 'lifecycle.wrong.mixed';
  const isDate = byDate[0] ?? false;
  const steps = moves.map((move) => ({ class: move.class, at: isDate ? Date.parse(move.date) : Number(move.days) }));
  const wrong = wrongSteps(steps, !isDate);
  if (wrong) return wrong;
  const end = form.ends === 'days' ? Number(form.days) : form.ends === 'date' ? Date.parse(form.date) : undefined;
  return end !== undefined && steps.some((step) => end <= step.at) ? 'lifecycle.wrong.end' : undefined;
}

function wrongOldMoves(form: RuleForm): Key | undefined {
  const { oldMoves } = form;
  if (oldMoves.some((move) => !isDays(move.days, 0))) return 'lifecycle.wrong.move';
  if (oldMoves.some((move) => !isNewer(move.newer))) return 'lifecycle.wrong.newer';
  const steps = oldMoves.map((move) => ({ class: move.class, at: Number(move.days) }));
  const wrong = wrongSteps(steps, true);
  if (wrong) return wrong;
  return form.oldDays !== '' && steps.some((step) => Number(form.oldDays) <= step.at) ? 'lifecycle.wrong.end' : undefined;
}

const isRare = (step: Step) => step.class === 'STANDARD_IA' || step.class === 'ONEZONE_IA';
const rank = (step: Step) => CLASSES.indexOf(step.class as StorageClass);

/** Each class once, each colder one later, and those for rare access neither too early nor too shortly. */
function wrongSteps(steps: readonly Step[], inDays: boolean): Key | undefined {
  const sorted = [...steps].sort((a, b) => rank(a) - rank(b));
  if (sorted.some((step) => rank(step) < 0)) return 'lifecycle.wrong.class';
  if (inDays && sorted.some((step) => isRare(step) && step.at < RARE_ACCESS_DAYS)) return 'lifecycle.wrong.rare';
  for (const [at, step] of sorted.entries()) {
    const next = sorted[at + 1];
    if (!next) continue;
    if (next.class === step.class) return 'lifecycle.wrong.class_twice';
    const earliest = inDays && isRare(step) ? step.at + RARE_ACCESS_DAYS - 1 : step.at;
    if (next.at <= earliest) return isRare(step) && inDays ? 'lifecycle.wrong.stay' : 'lifecycle.wrong.order';
  }
  return undefined;
}

export const isReady = (forms: readonly RuleForm[]) => forms.every((form) => Object.keys(problemsOf(form, forms)).length === 0);
