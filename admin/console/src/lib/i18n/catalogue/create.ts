import { texts } from './text';

/** Making buckets, users and policies. */
export const create = texts({
  'newbucket.steps': { en: 'Steps', de: 'Schritte' },
  'newbucket.step.name': { en: 'Name', de: 'Name' },
  'newbucket.step.protection': { en: 'Protection', de: 'Schutz' },
  'newbucket.step.access': { en: 'Access', de: 'Zugriff' },
  'newbucket.step.limits': { en: 'Limits', de: 'Grenzen' },
  'newbucket.wrong': { en: 'has a mistake', de: 'enthält einen Fehler' },
  'newbucket.back': { en: 'Back', de: 'Zurück' },
  'newbucket.next': { en: 'Next', de: 'Weiter' },
  'newbucket.name_is_enough': { en: 'A name is enough. Everything else can be set now or later, but for the object lock.', de: 'Der Name genügt. Alles andere lässt sich jetzt oder später einstellen, nur die Objektsperre nicht.' },
  'newbucket.lasts_in': { en: 'Days or years', de: 'Tage oder Jahre' },
  'newbucket.who': { en: 'Who may read', de: 'Wer lesen darf' },
  'newbucket.private': { en: 'Private', de: 'Privat' },
  'newbucket.private_text': { en: 'Only who is allowed to by a policy, or has a link.', de: 'Nur, wem eine Richtlinie es erlaubt oder wer einen Link hat.' },
  'newbucket.public': { en: 'Anyone may read', de: 'Alle dürfen lesen' },
  'newbucket.public_text': { en: 'Whoever knows the address of an object can fetch it without a login. Nobody can list or change anything.', de: 'Wer die Adresse eines Objekts kennt, kann es ohne Anmeldung laden. Auflisten oder ändern kann niemand etwas.' },
  'newbucket.encryption': { en: 'Encryption', de: 'Verschlüsselung' },
  'newbucket.asked': { en: 'Only where an upload asks for it', de: 'Nur wo ein Upload es verlangt' },
  'newbucket.asked_text': { en: 'As the server does by itself.', de: 'Wie der Server es von sich aus tut.' },
  'newbucket.tags': { en: 'Tags', de: 'Tags' },
  'newbucket.partly': { en: 'Not everything was done', de: 'Nicht alles hat geklappt' },
  'newbucket.partly_text': { en: 'The bucket {name} is there. This could not be set:', de: 'Der Bucket {name} ist angelegt. Das ließ sich nicht einstellen:' },
  'newbucket.open': { en: 'Open bucket', de: 'Bucket öffnen' },
});
