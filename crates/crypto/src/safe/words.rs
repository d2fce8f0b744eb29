//! The 24 recovery words (BIP-39, English list) from which everything a wallet owns is derived.

use core::fmt;

use bip39::{Language, Mnemonic};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use super::secret::Secret32;

/// Number of words; 256 bits of entropy and 8 bits of checksum.
pub const WORD_COUNT: usize = 24;

/// Why typed words are not a wallet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Not 24 words.
    #[error("{found} words instead of 24")]
    WrongCount {
        /// How many there are.
        found: usize,
    },
    /// A word that is not in the list; most often a slip of the pen.
    #[error("word {position} is not in the list")]
    UnknownWord {
        /// Its position as a person counts, from 1.
        position: usize,
        /// The nearest word of the list that shares its first three letters, if there is exactly one.
        suggestion: Option<&'static str>,
    },
    /// All words exist, but not in this combination: one was mistaken for another, or two are swapped.
    #[error("the words do not fit together")]
    Checksum,
}

/// 24 words; erased when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryWords(Mnemonic);

impl RecoveryWords {
    /// Fresh random words.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut entropy = Zeroizing::new([0; 32]);
        rng.fill_bytes(entropy.as_mut());
        Self::from_entropy(&entropy)
    }

    /// The words that stand for 32 bytes of entropy.
    pub fn from_entropy(entropy: &[u8; 32]) -> Self {
        // Fails only for lengths that BIP-39 does not know; 32 bytes is one it knows.
        Self(Mnemonic::from_entropy_in(Language::English, entropy).unwrap_or_else(|_| unreachable!()))
    }

    /// Parses words as a person types them: any case, any white space between them.
    ///
    /// # Errors
    /// [`WordsError`], naming the first thing wrong: an unknown word comes before a wrong count.
    pub fn parse(text: &str) -> Result<Self, WordsError> {
        let lower = Zeroizing::new(text.to_lowercase());
        for (index, word) in lower.split_whitespace().enumerate() {
            if Language::English.find_word(word).is_none() {
                return Err(WordsError::UnknownWord { position: index + 1, suggestion: suggestion(word) });
            }
        }
        let found = lower.split_whitespace().count();
        if found != WORD_COUNT {
            return Err(WordsError::WrongCount { found });
        }
        Mnemonic::parse_in_normalized(Language::English, &lower).map(Self).map_err(|_| WordsError::Checksum)
    }

    /// The words in order.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.words()
    }

    /// The words separated by single spaces.
    pub fn phrase(&self) -> Zeroizing<String> {
        // Room for 24 words of at most eight letters, so that growing leaves no copies behind.
        let mut phrase = Zeroizing::new(String::with_capacity(WORD_COUNT * 9));
        for (index, word) in self.words().enumerate() {
            if index > 0 {
                phrase.push(' ');
            }
            phrase.push_str(word);
        }
        phrase
    }

    /// The 32 bytes of entropy the words stand for, without the checksum: the way back from
    /// [`from_entropy`](Self::from_entropy).
    pub fn entropy(&self) -> Secret32 {
        // 24 words are 33 bytes; the last one is the checksum.
        let bytes = Zeroizing::new(self.0.to_entropy_array().0);
        let mut entropy = Zeroizing::new([0; 32]);
        entropy.copy_from_slice(&bytes[..32]);
        Secret32::from_bytes(*entropy)
    }

    /// The BIP-39 seed, without a passphrase: PBKDF2-HMAC-SHA512, 2048 rounds.
    pub fn seed(&self) -> Seed {
        Seed(self.0.to_seed_normalized(""))
    }
}

impl fmt::Debug for RecoveryWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// 64 bytes: the root of the derivation tree. Erased when dropped.
pub struct Seed([u8; 64]);

impl Seed {
    /// The bytes themselves.
    pub fn expose(&self) -> &[u8; 64] {
        &self.0
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// Words of the list that begin with `prefix`, for completion while typing.
pub fn words_beginning_with(prefix: &str) -> Vec<&'static str> {
    let prefix = prefix.to_lowercase();
    Language::English.word_list().iter().copied().filter(|word| word.starts_with(&prefix)).collect()
}

fn suggestion(word: &str) -> Option<&'static str> {
    let prefix: String = word.chars().take(3).collect();
    match words_beginning_with(&prefix).as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_rng;

    #[test]
    fn words_written_down_and_typed_again_are_the_same_wallet() {
        let words = RecoveryWords::generate(&mut test_rng(1));
        assert_eq!(words.words().count(), WORD_COUNT);
        let typed = format!("  {}\n", words.phrase().to_uppercase().replace(' ', "\t "));
        let parsed = RecoveryWords::parse(&typed).unwrap();
        assert!(parsed == words);
        assert_eq!(parsed.seed().expose(), words.seed().expose());
        assert_eq!(format!("{words:?} {:?}", words.seed()), "<redacted> <redacted>");
    }

    #[test]
    fn words_and_entropy_stand_for_each_other() {
        for seed in 0..50 {
            let entropy = Secret32::generate(&mut test_rng(seed));
            let words = RecoveryWords::from_entropy(entropy.expose());
            let typed = RecoveryWords::parse(&words.phrase()).unwrap();
            assert!(typed.entropy() == entropy, "seed {seed}");
        }
        // BIP-39's own test vector of 32 bytes of 0x7f.
        let legal = "legal winner thank year wave sausage worth useful ".repeat(2)
            + "legal winner thank year wave sausage worth title";
        assert_eq!(RecoveryWords::parse(&legal).unwrap().entropy().expose(), &[0x7f; 32]);
    }

    #[test]
    fn each_slip_is_named() {
        let words = RecoveryWords::from_entropy(&[0; 32]);
        let phrase = words.phrase();
        assert!(phrase.ends_with("abandon art"));
        let slip = phrase.replacen("abandon", "abandom", 1);
        let expected = WordsError::UnknownWord { position: 1, suggestion: Some("abandon") };
        assert_eq!(RecoveryWords::parse(&slip), Err(expected));
        let unknown = phrase.replace("art", "xyzzy");
        assert_eq!(RecoveryWords::parse(&unknown), Err(WordsError::UnknownWord { position: 24, suggestion: None }));
        let short = phrase.replace(" art", "");
        assert_eq!(RecoveryWords::parse(&short), Err(WordsError::WrongCount { found: 23 }));
        let mistaken = phrase.replace("art", "able");
        assert_eq!(RecoveryWords::parse(&mistaken), Err(WordsError::Checksum));
        assert_eq!(RecoveryWords::parse(""), Err(WordsError::WrongCount { found: 0 }));
    }

    #[test]
    fn completion_offers_words_of_the_list() {
        assert_eq!(words_beginning_with("abs"), ["absent", "absorb", "abstract", "absurd"]);
        assert!(words_beginning_with("ß").is_empty());
    }
}
