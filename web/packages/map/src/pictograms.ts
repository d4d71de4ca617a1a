/** Our own pictograms for what a pack holds, each on a 12-unit grid; a short word stands for a drawing where it says more. */

/** Sites by what they are worth tonight. The others show when one is near. */
export const RANKED = {
  vital: ['hospital', 'fire-station', 'town-hall', 'prefecture', 'police', 'seveso'],
  sheltering: ['health-centre', 'care-home', 'school', 'nursery', 'community-hall', 'sports-hall', 'station', 'airport', 'port', 'campsite', 'fuel'],
} as const satisfies Record<string, readonly string[]>;

const VITAL: ReadonlySet<string> = new Set(RANKED.vital);
const SHELTERING: ReadonlySet<string> = new Set(RANKED.sheltering);

/** How much a site of that kind stands out: 1 is a full plate, 2 an outlined one, 3 a small one. */
export const rankOf = (kind: string): 1 | 2 | 3 => (VITAL.has(kind) ? 1 : SHELTERING.has(kind) ? 2 : 3);

/** Lines to follow with a pen; those named in `FILLED` are full. */
export const SITES: Record<string, string> = {
  hospital: 'M3.200 1.800v8.400M8.800 1.800v8.400M3.200 6h5.600',
  'fire-station': 'M6 1c.3 2.200 3.200 3.400 3.200 6.300A3.200 3.200 0 0 1 6 10.800a3.200 3.200 0 0 1-3.200-3.500c0-1.500.8-2.300 1.400-3 .1.900.4 1.300.9 1.500C5 4.200 5.300 2.400 6 1Z',
  'town-hall': 'M1.200 10.600h9.600M2.500 10V5.200M4.900 10V5.200M7.200 10V5.200M9.500 10V5.200M1.200 4.700 6 1.600l4.800 3.100Z',
  prefecture: 'M1.500 10.600h9M2.500 10.400V6.300h7v4.100M6 6.300V1.400h3.400v2.200H6M6 10.400V8.400',
  police: 'M6 1.200 10 2.800v3.200c0 2.400-1.700 4-4 4.900C3.700 10 2 8.400 2 6V2.800Z',
  seveso: 'M6 2.600v4.200M6 9v.1',
  'health-centre': 'M6 2v8M2 6h8',
  'care-home': 'M1.500 5.800 6 2l4.500 3.800M2.700 5v5.300h6.600V5M6 9 4.600 7.600a.95.95 0 0 1 1.400-1.300.95.95 0 0 1 1.400 1.300Z',
  school: 'M.8 4.800 6 2.600l5.200 2.200L6 7ZM3 6v2.600c1.600 1.300 4.400 1.300 6 0V6M10.800 5v3.200',
  nursery: 'M6 10.200a3.600 3.600 0 1 0 0-7.200 3.600 3.600 0 0 0 0 7.200ZM4.500 7.400c.8 1 2.200 1 3 0M6 3c-.7-.9 0-1.800.9-1.500M4.700 5.700v.1M7.300 5.700v.1',
  'community-hall': 'M3.600 4.600a1.400 1.400 0 1 0 0-2.800 1.400 1.400 0 0 0 0 2.800ZM8.400 4.600a1.400 1.400 0 1 0 0-2.800 1.400 1.400 0 0 0 0 2.800ZM1.200 10V8.200c0-1 .8-1.700 1.700-1.700h1.400c1 0 1.700.8 1.700 1.700V10M6 8.200c0-1 .8-1.700 1.700-1.700h1.400c1 0 1.700.8 1.700 1.700V10',
  'sports-hall': 'M1.600 4.400v3.200M3.600 3v6M8.400 3v6M10.400 4.400v3.200M3.600 6h4.800',
  station: 'M3.200 1.600h5.600v6.800H3.200ZM3.200 5.200h5.600M3.600 10.600l1.200-2.200M8.400 10.600 7.200 8.400M6 1.600v3.600',
  airport: 'M6 1v9.600M6 4.400 1.200 7.200M6 4.400l4.800 2.800M4.300 10.800 6 9.800l1.700 1',
  port: 'M6 3.400v7.200M6 3.400a1.100 1.100 0 1 0 0-2.200 1.100 1.100 0 0 0 0 2.200ZM4 5h4M1.800 7.200c.3 2.200 2 3.400 4.200 3.400s3.900-1.200 4.200-3.400',
  campsite: 'M1 10.300 6 2l5 8.300ZM6 6.500 4 10.300M6 6.500l2 3.800',
  fuel: 'M2 10.600V1.800h5v8.800M1.400 10.600h6.200M2 5.200h5M7 5.800h1.300v3a.9.900 0 0 0 1.800 0V4.200L8.600 2.700',
  church: 'M6 .8v4M4.500 2.200h3M2.400 10.600V7.300L6 4.800l3.600 2.500v3.300Z',
  museum: 'M1.600 2.200h8.800v7.600H1.600ZM1.600 8.400l2.700-2.700L6 7.400l2-2.600 2.400 3',
  hotel: 'M1.400 2.600v7.200M1.400 8.200h9.200v1.600M10.600 8.200V6.400c0-.6-.4-1-1-1H4.800v2.800M3 6.600a.9.900 0 1 0 0-1.800.9.900 0 0 0 0 1.800',
  shop: 'M1.600 4.600h8.800l-1.200 5.600H2.800ZM3.800 4.600 5.400 1.800M8.200 4.600 6.600 1.800',
  factory: 'M1.200 10.400V5l3.200 2.200V5l3.200 2.200V1.800h2.800v8.600Z',
  'car-park': 'M4 10.400V1.800h2.600a2.500 2.500 0 0 1 0 5H4',
  cemetery: 'M6 1.600v8.600M3.600 4.200h4.800M3.400 10.400h5.200',
  farm: 'M6 10.800V1.600M6 4.400 3.600 2.600M6 4.400l2.400-1.800M6 7 3.400 5M6 7l2.600-2M6 9.600 3.400 7.600M6 9.600l2.600-2',
  other: 'M6 6v.1',
};

export const FILLED: ReadonlySet<string> = new Set(['fire-station']);

/** Where a network is fed, pumped, cut. */
export const NODES: Record<string, string> = {
  'power-substation': 'M6.800 1 2.800 6.800h3L5 11l4.200-6h-3Z',
  'power-transformer': 'M6.800 1 2.800 6.800h3L5 11l4.200-6h-3Z',
  'water-tower': 'M2.400 2h7.200v2.800L7.600 6.600H4.400L2.400 4.800ZM4.400 6.600 3.600 10.800M7.600 6.600l.8 4.200M4 8.800h4',
  'pumping-station': 'M6 10a3.800 3.800 0 1 0 0-7.600A3.800 3.800 0 0 0 6 10ZM4.600 4.200v4L8.400 6.200Z',
  'water-treatment': 'M6 1.200c1.500 2.200 3.300 4.200 3.300 6.300a3.300 3.300 0 0 1-6.600 0c0-2.100 1.800-4.100 3.300-6.300ZM4.400 7.600a1.600 1.600 0 0 0 1.600 1.600',
  'telecom-mast': 'M6 4.600 3.800 10.800M6 4.600l2.200 6.200M4.500 8.800h3M3.600 6a3 3 0 0 1 0-3.600M8.400 6a3 3 0 0 0 0-3.600M6 4.400v-.1',
  'telecom-exchange': 'M2 2.400h8v7.200H2ZM4 4.800h4M4 7.200h4',
  'gas-station': 'M6 1c.3 2.200 3.200 3.400 3.200 6.300A3.200 3.200 0 0 1 6 10.800a3.200 3.200 0 0 1-3.200-3.500c0-1.500.8-2.300 1.400-3 .1.900.4 1.300.9 1.500C5 4.200 5.300 2.400 6 1Z',
  'sewage-works': 'M1.200 4.200c1.600-1.600 3.200-1.600 4.800 0s3.200 1.600 4.800 0M1.200 7.800c1.600-1.600 3.200-1.600 4.800 0s3.200 1.600 4.800 0',
  other: 'M6 3.400v5.200M3.400 6h5.200',
};

/** What a station measures. */
export const STATIONS: Record<string, string> = {
  'water-level': 'M1.600 5c1.500-1.600 2.900-1.600 4.400 0s2.900 1.600 4.400 0M1.600 8.200c1.500-1.600 2.900-1.600 4.400 0s2.900 1.600 4.400 0',
  flow: 'M1.600 5c1.500-1.600 2.900-1.600 4.400 0s2.900 1.600 4.400 0M2.200 8.600h7M7.200 6.900l2 1.700-2 1.700',
  tide: 'M1.600 9c1.500-1.600 2.900-1.600 4.400 0s2.900 1.600 4.400 0M6 6.400V1.600M4.400 3.200 6 1.600l1.600 1.600',
  rain: 'M3.400 2.600 2.400 5M6.600 2.600l-1 2.400M9.800 2.600l-1 2.400M4.400 7l-1 2.400M7.600 7l-1 2.400',
  wind: 'M1.600 4.600h6a1.500 1.500 0 1 0-1.500-1.500M1.600 7.200h7.600a1.500 1.500 0 1 1-1.500 1.500',
  other: 'M6 6v.1',
};
