/** A part of the app that others wrote. */
export interface Part {
  name: string;
  version: string;
  /** SPDX expression. */
  licence: string;
  /** Which of the texts are its own. */
  texts: number[];
}

export interface Licences {
  parts: Part[];
  texts: string[];
}

/** The list that is made when the app is built. */
export async function loadLicences(): Promise<Licences> {
  const answer = await fetch("./licences.json");
  return answer.json();
}
