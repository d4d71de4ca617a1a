/** Lines as they are really said, and what must be proposed of them: never more than what they say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSentence, type Sentence } from '../src/index.ts';

const KNOWN = ['Gendarmerie', 'Préfecture', 'Mairie', 'SDIS', 'CODIS', 'FPT 1', 'VSAV 2', 'BLS 1', 'Services techniques', 'Enedis'];

/** `SDIS>PCC@radio 14:32 | evacuated 3 | 0.3 m | mission ; mission | request important presumed` : what is proposed, in one line. */
function told(text: string): string {
  const { hour, sender, recipient, channel, counts, depth_m, missions, category, importance, certainty }: Sentence = readSentence(text, KNOWN);
  const who = `${sender ?? ''}${recipient ? `>${recipient}` : ''}${channel ? `@${channel}` : ''}`;
  const at = hour ? `${String(hour.hours).padStart(2, '0')}:${String(hour.minutes).padStart(2, '0')}` : '';
  const people = counts.map(({ category: name, low, high }) => `${name} ${low}${high === low ? '' : `-${high}`}`).join(', ');
  return [[who, at].filter(Boolean).join(' '), people, depth_m === null ? '' : `${depth_m} m`, missions.join(' ; '), [category, importance, certainty].filter(Boolean).join(' ')].filter(Boolean).join(' | ');
}

const SAID: [string, string][] = [
  ["14h32 SDIS > PCC : 30 cm d'eau rue du Port, 3 personnes à évacuer", 'SDIS>PCC 14:32 | 0.3 m | Évacuer 3 personnes'],
  ['1432 SDIS > PCC : RAS', 'SDIS>PCC 14:32'],
  ['14:32 sdis -> pcc : route coupée', 'sdis>pcc 14:32'],
  ['22h05 PCC → FPT 1 (radio) : engagez-vous rue des Lilas', 'PCC>FPT 1@radio 22:05 | order'],
  ['3h10 FPT 1 pour PCC : 2 blessés légers', 'FPT 1>PCC 03:10 | relative-urgency 2'],
  ['CODIS de VSAV 2 : une UA prise en charge', 'VSAV 2>CODIS | absolute-urgency 1'],
  ['Appel de la gendarmerie : arbre couché devant la mairie, une voie libre', 'gendarmerie@phone'],
  ['tél mairie > PCC : plus de courant au gymnase', 'mairie>PCC@phone'],
  ['Mail préfecture : vigilance rouge vagues-submersion', 'préfecture@mail'],
  ['Radio FPT 1 : sur les lieux', 'FPT 1@radio'],
  ['Mme Martin (tél) : mon sous-sol est inondé', 'Mme Martin@phone'],
  ['SDIS : deux engins engagés', 'SDIS'],
  ['Préfecture : passage en niveau 3', 'Préfecture'],
  ['URGENT : brèche dans la digue', 'important'],
  ['URGENT SDIS > PCC : brèche', 'URGENT SDIS>PCC'],
  ['Bilan : 2 UA, 3 UR, 12 impliqués', 'absolute-urgency 2, relative-urgency 3, involved 12 | report'],
  ['UA : 2, UR : 5, DCD : 0', 'absolute-urgency 2, relative-urgency 5, killed 0'],
  ['bilan provisoire 1 mort 4 blessés graves 7 blessés légers', 'killed 1, absolute-urgency 4, relative-urgency 7 | report'],
  ['aucun blessé', 'relative-urgency 0'],
  ['Aucune victime, aucun disparu', 'missing 0'],
  ['pas de blessé sur place', 'relative-urgency 0'],
  ['ni mort ni blessé', 'killed 0, relative-urgency 0'],
  ['sans blessé', 'relative-urgency 0'],
  ['zéro disparu à cette heure', 'missing 0'],
  ['3 personnes évacuées', 'evacuated 3'],
  ['3 personnes ont été évacuées par le SDIS', 'evacuated 3'],
  ['trois personnes evacuees', 'evacuated 3'],
  ['deux enfants légèrement blessés', 'relative-urgency 2'],
  ['une femme de 80 ans blessée', 'relative-urgency 1'],
  ['un homme âgé de 62 ans porté disparu', 'missing 1'],
  ['vingt-cinq habitants évacués vers le gymnase', 'evacuated 25'],
  ['quatre-vingt-douze sinistrés hébergés', 'sheltered 92'],
  ['soixante et onze personnes hébergées salle des fêtes', 'sheltered 71'],
  ['une vingtaine de personnes hébergées au gymnase', 'sheltered 16-24'],
  ['une centaine d’évacués', 'evacuated 80-120'],
  ['environ 40 évacués', 'evacuated 36-44'],
  ['entre 10 et 15 personnes évacuées', 'evacuated 10-15'],
  ['3 à 5 disparus', 'missing 3-5'],
  ['3 ou 4 blessés', 'relative-urgency 3-4'],
  ['1 200 personnes évacuées', 'evacuated 1200'],
  ['cent vingt évacués', 'evacuated 120'],
  ['2 corps sans vie retrouvés rue du Lavoir', 'killed 2'],
  ['4 personnes sans nouvelles', 'missing 4'],
  ['deux personnes manquent à l’appel', 'missing 2'],
  ['6 personnes hélitreuillées', 'rescued 6'],
  ['5 résidents mis à l’abri à l’étage', 'sheltered 5'],
  ['8 personnes mises en sécurité', 'rescued 8'],
  ['12 personnes seront évacuées à 5h', ''],
  ['3 personnes non évacuées', ''],
  ['2 personnes n’ont pas été évacuées', ''],
  ['VSAV 2 évacué vers le nord', ''],
  ['risque de blessés si la digue cède', ''],
  ['FPT 2 bloqué par les arbres', ''],
  ['12 personnes bloquées sur le toit de l’école', 'Porter secours : 12 personnes bloquées sur le toit de l’école'],
  ['4 automobilistes coincés pont de Martrou', 'Porter secours : 4 automobilistes coincés pont de Martrou'],
  ['il y a 3 personnes à évacuer rue Gambetta', 'Évacuer 3 personnes rue Gambetta'],
  ['1 personne à évacuer', 'Évacuer 1 personne'],
  ['rien à évacuer', ''],
  ['personne à évacuer rue du Port', ''],
  ['camping à évacuer', 'Évacuer camping'],
  ['Demandons 2 motopompes', 'Demande : 2 motopompes | request'],
  ['besoin de couchages pour 40 au gymnase', 'Demande : couchages pour 40 au gymnase | request'],
  ['pas besoin de renfort', ''],
  ['plus besoin de motopompe', ''],
  ["demande d'évacuer l'EHPAD", "Évacuer l'EHPAD | request"],
  ['il faut fermer la route de la plage', 'Fermer la route de la plage'],
  ['prévoir ravitaillement pour 60', 'Prévoir ravitaillement pour 60'],
  ['arbre à tronçonner avenue Rochambeau', 'Tronçonner arbre avenue Rochambeau'],
  ['Fermez le pont', 'Fermez le pont | order'],
  ['chaussée à baliser, 2 véhicules à dégager', 'Baliser chaussée ; Dégager 2 véhicules'],
  ['mission terminée, retour caserne', 'report'],
  ['1m20 d’eau dans les caves', '1.2 m'],
  ['1,50 m d’eau place Colbert', '1.5 m'],
  ['eau à 50 cm quai aux Vivres', '0.5 m'],
  ["hauteur d'eau 0,80 m au pont", '0.8 m'],
  ['un mètre d’eau au rez-de-chaussée', '1 m'],
  ['cinquante centimètres d’eau', '0.5 m'],
  ['30cm d eau', '0.3 m'],
  ['l’eau est à 10 m de la digue', '10 m'],
  ['brèche de 30 m', ''],
  ['rumeur : un barrage aurait cédé', 'rumour presumed'],
  ['il paraît que le pont est coupé', 'rumour presumed'],
  ['Vu sur Facebook : des pillages au centre', '@social'],
  ['fuite de gaz à confirmer', 'presumed'],
  ['coupure confirmée par Enedis', 'confirmed'],
  ['coupure non confirmée', 'presumed'],
  ['Le maire décide l’évacuation du quartier', 'decision'],
  ['SOS bateau en détresse 3 personnes à bord', 'vital'],
  ['non urgent : commander du café', ''],
  ['demande urgente de sacs de sable', 'Demande : urgente de sacs de sable | request important'],
  ['reçu par mail, arrêté préfectoral', '@mail'],
  ['', ''],
  ['   \n ', ''],
  ['10:30', '10:30'],
  ['1200 sacs de sable livrés', ''],
  ['Renfort demandé par radio', '@radio'],
  ['3 évacués, pardon, 5 évacués', 'evacuated 5'],
  ['PCC BILAN 3 BLESSES', 'relative-urgency 3 | report'],
  ['blessé léger au FPT 1', ''],
  ['Je demande : 2 motopompes', 'Demande : 2 motopompes | request'],
  ['Je demande : …', 'request'],
  ['plus de 30 évacués', 'evacuated 30'],
];

test('lines as they are said', () => {
  assert.ok(SAID.length >= 80);
  const wrong = SAID.map(([text, expected]) => ({ text, expected, found: told(text) })).filter(({ expected, found }) => expected !== found);
  assert.deepEqual(wrong, []);
});

test('the phrase of a count is that of the line, and the heading is where it ends', () => {
  const line = '14h32 SDIS > PCC : 3 personnes évacuées rue du Port';
  const { counts, length } = readSentence(line);
  assert.deepEqual(counts.map(({ phrase }) => phrase), ['3 personnes évacuées']);
  assert.equal(line.slice(length), '3 personnes évacuées rue du Port');
});

/** A small generator of its own: the same lines each time. */
function* nonsense(count: number): Generator<string> {
  const parts = ['3', 'une', 'vingt', 'cent', 'à', 'évacuer', 'évacués', 'blessé', ':', '>', '->', ',', '.', '\n', 'pas', 'ni', 'de', "d'", 'eau', 'cm', 'm', 'SDIS', 'œ', 'ﬁ', '👩‍🚒', '\u0301', '\ud800', '(', ')', '[', '14h32', '99999999999', 'entre', 'et', 'demande', 'tel', '-', '\0', 'İ'];
  let seed = 7;
  const next = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  for (let made = 0; made < count; made += 1) yield Array.from({ length: next(40) }, () => parts[next(parts.length)]!).join(next(3) === 0 ? '' : ' ');
}

test('whatever is typed, nothing is thrown and what is proposed stands within what may be said', () => {
  for (const text of nonsense(4000)) {
    const { counts, depth_m, missions, length } = readSentence(text, KNOWN);
    assert.ok(length <= text.length, JSON.stringify(text));
    for (const { low, high } of counts) assert.ok(Number.isInteger(low) && Number.isInteger(high) && low >= 0 && low <= high && high <= 12_000_000, JSON.stringify(text));
    assert.ok(depth_m === null || (depth_m > 0 && depth_m <= 30), JSON.stringify(text));
    for (const title of missions) assert.ok(title.length <= 160 && title.trim().length > 0, JSON.stringify(text));
  }
});

test('the longest lines are read to their end', () => {
  for (const part of ['3 évacués ', 'un ', 'à ', '1 ', 'a'.repeat(9), '> ', ': ', 'quatre-vingt-', 'pas de ', 'eau ']) {
    const { counts, length } = readSentence(`${part.repeat(4000).slice(0, 3970)}. 7 disparus`, KNOWN);
    assert.deepEqual(counts.filter(({ category }) => category === 'missing').map(({ high }) => high), [7], part);
    assert.ok(length < 100);
  }
});
