export const settings = {
  settings: {
    section: { look: "Language and looks", me: "About me" },
    title: "Settings",
    language: "Language",
    theme: "Appearance",
    system: "Like the computer",
    light: "Light",
    dark: "Dark",
    me: "About me",
    id: "My identifier",
    custody: "My key",
    custodyKeyring: "In this computer’s key store",
    custodyPassphrase: "In a file behind my passphrase",
    words: "The 24 words are the only way back if this computer is lost. CareKey cannot show them again.",
  },
};
