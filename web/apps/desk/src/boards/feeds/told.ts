/** What connections and intake say, in words that a tired person understands. */
import { decimal, refusalWords, t, term } from '@garance/kit';

/** What systems call the ways in which a link falls. */
const FALLEN: readonly (readonly [RegExp, 'feed.fell.refused' | 'feed.fell.silent' | 'feed.fell.unknown' | 'feed.fell.closed' | 'feed.fell.rights'])[] = [
  [/ConnectionRefused/, 'feed.fell.refused'],
  [/Timeout|timed out/i, 'feed.fell.silent'],
  [/gaierror|NameResolution|host/i, 'feed.fell.unknown'],
  [/MqttCodeError|Permission|auth|certificate|SSL/i, 'feed.fell.rights'],
  [/ended|closed|Reset|BrokenPipe|IncompleteRead/i, 'feed.fell.closed'],
];

/** Why a link fell; what the system says stays beside, for whoever mends it. */
export function fallWords(why: string): string {
  if (why === '') return '';
  const known = FALLEN.find(([pattern]) => pattern.test(why));
  return known ? t(known[1]) : t('feed.fell.other', { why });
}

/** Why a connection cannot be opened: a refusal as the node writes it, `code (field) name=value`. */
export function wrongWords(why: string): string {
  const [, code = why, field] = /^(\S+)(?: \(([^)]*)\))?/.exec(why) ?? [];
  return `${refusalWords(code)}${field ? ` (${field})` : ''}`;
}

/** Why something was set aside: a check of intake, or why its frame could not be read. */
export function asideWords(why: string): string {
  const said = term('aside', why);
  return said === why.replaceAll('-', ' ') ? refusalWords(why) : said;
}

const KM = 1000;
const [MINUTE_S, HOUR_S, DAY_S] = [60, 3_600, 86_400];

function spanWords(span_s: number): string {
  if (span_s < 2 * MINUTE_S) return t('feed.seconds', { n: decimal(span_s, 0) });
  if (span_s < 2 * HOUR_S) return t('feed.minutes', { n: decimal(span_s / MINUTE_S, 0) });
  if (span_s < 2 * DAY_S) return t('feed.hours', { n: decimal(span_s / HOUR_S, 0) });
  return t('feed.days', { n: decimal(span_s / DAY_S, 0) });
}

const FALLS: Record<string, (value: number) => string> = {
  m: (value) => (Math.abs(value) >= KM ? t('resource.kilometres', { n: decimal(value / KM, value < 100 * KM ? 1 : 0) }) : t('resource.metres', { n: decimal(value, 0) })),
  s: spanWords,
  d: (value) => spanWords(value * DAY_S),
  'm/s': (value) => t('resource.speed', { n: decimal(value * 3.6, 0) }),
};

/** What the check found, said as people say it; as it is when it is no measure. */
export function foundWords(detail: string): string {
  const [, value, unit] = /^(-?[\d.]+) (m\/s|m|s|d)$/.exec(detail) ?? [];
  return value && unit ? FALLS[unit]!(Number(value)) : detail;
}

const NAME = String.raw`[A-Za-z0-9À-ÖØ-öø-ÿ](?:[A-Za-z0-9À-ÖØ-öø-ÿ ._\-]{0,62}[A-Za-z0-9À-ÖØ-öø-ÿ])?`;
/** What a call sign may be written with, and groups separated by commas, as the node takes them. */
export const NAME_PATTERN = String.raw`\s*${NAME}\s*`;
export const GROUP_PATTERN = String.raw`\s*(?:${NAME}\s*(?:,\s*${NAME}\s*)*,?\s*)?`;

/** Groups as somebody types them: « secteur 1, logistique ». */
export const groupsIn = (typed: string): string[] => [...new Set(typed.split(',').map((name) => name.trim()).filter(Boolean))];
