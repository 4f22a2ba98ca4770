// Numbers, sizes and times as people read them.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

export function bytes(value: number, language: string): string {
  let unit = 0;
  let shown = value;
  while (shown >= 1024 && unit < UNITS.length - 1) {
    shown /= 1024;
    unit += 1;
  }
  // 1023.96 would be shown as 1,024 of the smaller unit.
  if (unit > 0 && unit < UNITS.length - 1 && Math.round(shown) >= 1024) {
    shown /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || shown >= 100 ? 0 : shown >= 10 ? 1 : 2;
  return `${shown.toLocaleString(language, { maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

export function number(value: number, language: string): string {
  return value.toLocaleString(language, { maximumFractionDigits: value < 10 ? 1 : 0 });
}

export function percent(part: number, whole: number, language: string): string {
  if (whole <= 0) return '–';
  return (part / whole).toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 });
}

export function dateTime(value: string | number, language: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return '–';
  return date.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}

/** The time of day, and the day where it is another one. */
export function clock(value: number, language: string, now = Date.now()): string {
  const [date, today] = [new Date(value), new Date(now)];
  return date.toDateString() === today.toDateString() ? date.toLocaleTimeString(language, { timeStyle: 'short' }) : dateTime(value, language);
}

/** A time to the second, for what happened one after the other. */
export function moment(value: string | number, language: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return '–';
  return date.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'medium' });
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

export function ago(value: string | number, language: string, now = Date.now()): string {
  const seconds = (new Date(value).getTime() - now) / 1000;
  if (Number.isNaN(seconds)) return '–';
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return relative.format(0, 'second');
}

/** A duration in its two largest parts: `2 d 3 h`, `4 min 10 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** A time as `<input type="datetime-local">` wants it: of this place, to the minute. */
export function localTime(value: string | number): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return '';
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment that such a field, or an address, says; nothing where that is none. */
export function momentOf(text: string): string | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
