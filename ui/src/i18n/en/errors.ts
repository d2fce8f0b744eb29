export const errors = {
  errors: {
    title: "That did not work",
    code: "Code",
    detail: "Technical detail",
    message: "Message",
    invalidRequest: {
      what: "Something in the form is not right.",
      todo: "Check what you typed and try again.",
    },
    unknownCommand: {
      what: "The window and the program do not fit together.",
      todo: "Close CareKey and start it again.",
    },
    notFound: { what: "This is no longer there.", todo: "Go back; the list shows what there is." },
    noProfile: { what: "Nobody is open in this window.", todo: "Choose a person on the first page." },
    locked: { what: "CareKey is locked.", todo: "Unlock it and try again." },
    wrongPassphrase: {
      what: "This does not open your records.",
      todo: "Check what you typed, also capital letters, and try again. Nothing was lost.",
    },
    keyringMissing: {
      what: "The key store of this computer does not answer.",
      todo: "Sign in to the computer again, or set CareKey up with a passphrase.",
    },
    keyringLocked: {
      what: "The key store of this computer is locked.",
      todo: "Unlock it with the password of your computer, then try again.",
    },
    keyringEntryMissing: {
      what: "Your key is no longer in this computer’s key store.",
      todo: "Bring CareKey back with your 24 words. Your records are safe.",
    },
    keysOfAnother: {
      what: "The key that was found belongs to somebody else.",
      todo: "Sign in to this computer as yourself, or use your own 24 words.",
    },
    lockedOut: {
      what: "Too many wrong tries.",
      todo: "Wait until the time is over, then try again. Nothing was lost.",
    },
    pinTooEasy: {
      what: "This PIN is too easy to guess.",
      todo: "Use at least 6 digits that are not all the same or in a row.",
    },
    wordsInvalid: {
      what: "These are not 24 words that belong together.",
      todo: "Compare each word with your paper; the order matters.",
    },
    wordsMismatch: {
      what: "A word differs from the one shown.",
      todo: "Look at your paper and type it again.",
    },
    enrolmentRefused: {
      what: "The code was not accepted.",
      todo: "Check it, or ask the front desk for a new one: each code works once.",
    },
    notEnrolled: {
      what: "You are not registered yet.",
      todo: "Type the code from your hospital’s front desk.",
    },
    offline: {
      what: "No hospital can be reached.",
      todo: "Check the connection. What you do here is kept and sent later.",
    },
    hospitalUnreachable: {
      what: "The hospital that keeps this cannot be reached.",
      todo: "Try again in a few minutes.",
    },
    hospitalUntrusted: {
      what: "A hospital gave an answer that does not check out.",
      todo: "It was not used. Try again; if it stays, tell the hospital.",
    },
    wrongNetwork: {
      what: "This invitation is damaged or not complete.",
      todo: "Copy all of it, or ask your hospital for it again.",
    },
    ledgerStale: {
      what: "What this computer knows is too old to rely on.",
      todo: "Connect to the internet and try again.",
    },
    accessRefused: {
      what: "The hospital did not allow this.",
      todo: "Ask the patient to share it with you.",
    },
    grantRevoked: {
      what: "The patient has stopped sharing this.",
      todo: "Ask the patient if you still need it.",
    },
    grantExpired: {
      what: "The time you could read this is over.",
      todo: "Ask the patient to share it again.",
    },
    alreadyGranted: {
      what: "This person can read it already.",
      todo: "To change the end date, stop it first and share it again.",
    },
    outOfPlace: {
      what: "Meanwhile this was answered, called off, or is over.",
      todo: "Look at how it stands now.",
    },
    certificateExpired: { what: "A certificate has run out.", todo: "Ask the hospital to renew it." },
    certificateRevoked: {
      what: "A certificate was withdrawn.",
      todo: "Ask the hospital why before you rely on it.",
    },
    recordAltered: {
      what: "This record is not what its author signed.",
      todo: "It is not shown. Tell the hospital that keeps it.",
    },
    proofInvalid: {
      what: "A proof about this record does not hold.",
      todo: "It is not shown. Try again; if it stays, tell the hospital.",
    },
    recordErased: {
      what: "This record was erased.",
      todo: "Its content is gone; only the fact that it existed remains.",
    },
    contactCardInvalid: {
      what: "This is not a valid contact card.",
      todo: "Copy the whole text, from “carecard1” to its end.",
    },
    linkUnknown: {
      what: "CareKey does not know this link.",
      todo: "It may have been cut off. Copy it again as a whole, or ask whoever sent it for a picture of the code.",
    },
    fileUnreadable: {
      what: "The file cannot be read.",
      todo: "Check that it is still there and that you may open it.",
    },
    fileChanged: {
      what: "The file changed while it was being read.",
      todo: "Close the program that writes to it and try again. Nothing was sent.",
    },
    fileEmpty: {
      what: "This file is empty.",
      todo: "There is nothing in it to add. Choose another one.",
    },
    recordPending: {
      what: "This record is not confirmed yet.",
      todo: "Wait until a hospital has confirmed it, then try again.",
    },
    fileTooLarge: { what: "The file is too large for a record.", todo: "Split it or choose a smaller one." },
    fileUnwritable: { what: "The file cannot be written there.", todo: "Choose another folder." },
    diskFull: {
      what: "The disk of this computer is full.",
      todo: "Make room and try again. Nothing was lost.",
    },
    backupInvalid: {
      what: "This is not a complete backup of CareKey.",
      todo: "Choose another file. If it was copied, copy it again: a part may be missing.",
    },
    vaultDamaged: {
      what: "The local store on this computer is damaged.",
      todo: "Bring CareKey back with your 24 words. Your records are safe at the hospitals.",
    },
    recoveryImpossible: {
      what: "Recovery cannot be shared in this way.",
      todo: "Choose at least two different people, not yourself, and no more than sixteen.",
    },
    helpNumberInvalid: {
      what: "A digit of this number is wrong.",
      todo: "Ask for the number once more and compare the four groups.",
    },
    helpCallNotFound: {
      what: "No computer asks with this number.",
      todo: "Compare the number. If it is right, wait a minute and look again.",
    },
    helpStopped: {
      what: "The owner of these records has stopped this.",
      todo: "You cannot give out your part for this call. Speak with the person about it.",
    },
    helpPartsWrong: {
      what: "The parts do not fit together.",
      todo: "Ask another person who keeps a part, or your hospital's front desk.",
    },
    cancelled: { what: "Stopped.", todo: "Nothing was kept." },
    internal: {
      what: "Something unforeseen happened.",
      todo: "Try again. If it stays, the details below help to find out why.",
    },
  },
};
