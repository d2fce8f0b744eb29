export const about = {
  about: {
    lead: "CareKey keeps your health records under your own key. Hospitals store them sealed; only you decide who reads them.",
    version: "Version",
    system: "System",
    dataFolder: "Where this computer keeps its data",
    dataHint:
      "Your records and keys lie in it encrypted. Deleting the folder does not delete what the hospitals keep for you.",
    licence: "CareKey is free software under the Apache Licence 2.0.",
    licences: "Whose work is in it",
    thanks: "CareKey stands on {{count}} parts that others wrote and share. Thank you.",
    search: "Name or licence",
    noList: "The list is made when CareKey is built; this one came without it.",
    noText: "It comes without a text of its own; its licence is named above.",
    copy: "Copy details for support",
    copyHint: "Versions and sizes only: no names, no records, no identifiers of yours.",
  },
};
